//! The perturbation from stored sums: one backward pass per forgotten class.

use super::ratios::{Ratios, Scaled};
use super::{Perturbation, Scope};
use crate::checkpoint::CheckpointError;
use crate::code::Codebook;
use crate::enrol::{Taken, Totals};
use crate::fisher::visit_code_squares;
use crate::forget::Request;
use crate::network::{Network, Value};

/// The ratios f_F / f_R of every parameter in scope, with
/// `f_R = (sum over all classes - sum over F) / |R|`.
///
/// For one class each tensor's squares become ratios as soon as the backward
/// pass has them, so that nothing but ratios is ever held. `None` where several classes
/// together leave too little of a sum to be exact.
///
/// # Errors
/// If the totals cannot be read.
pub fn perturbation_from_totals(
    network: &Network,
    codes: &Codebook,
    request: &Request,
    totals: &Totals,
    scope: Scope,
) -> Result<Option<Perturbation>, CheckpointError> {
    let mut pass = Pass {
        network,
        request,
        totals,
        scope,
        tensors: vec![None; network.parameters().len()],
    };
    match request.forgotten() {
        [class] => pass.one(codes, *class).map(Some),
        classes => pass.several(codes, classes),
    }
}

struct Pass<'a> {
    network: &'a Network,
    request: &'a Request,
    totals: &'a Totals,
    scope: Scope,
    tensors: Vec<Option<Ratios>>,
}

impl Pass<'_> {
    fn one(&mut self, codes: &Codebook, class: usize) -> Result<Perturbation, CheckpointError> {
        let kept = self.request.kept().len();
        let mut read = Ok(());
        visit_code_squares(
            self.network,
            codes,
            class,
            |parameter, squares, exponent| {
                let elements = self.scope.elements(self.network, parameter, &[class]);
                if read.is_err() || elements.is_empty() {
                    return;
                }
                let totals = match self.totals.tensor(parameter) {
                    Ok(totals) => totals,
                    Err(error) => return read = Err(error),
                };
                let Some(totals) = totals else { return };
                self.tensors[parameter] = squares.read(|squares| {
                    let forgotten = Scaled {
                        write: widen(squares),
                        exponent,
                    };
                    let kept = Scaled {
                        write: totals.without(class, squares, exponent, kept),
                        exponent: totals.exponent(),
                    };
                    Ratios::new(squares.len(), &forgotten, &kept, &elements)
                });
            },
        );
        read.map(|()| self.finish())
    }

    fn several(
        &mut self,
        codes: &Codebook,
        classes: &[usize],
    ) -> Result<Option<Perturbation>, CheckpointError> {
        let mut taken: Vec<Option<Taken>> = vec![None; self.tensors.len()];
        let mut read: Result<(), CheckpointError> = Ok(());
        let mut take = |parameter: usize, class, squares: &Value, exponent| {
            let totals = self.totals.tensor(parameter)?;
            if let Some(totals) = totals.filter(|_| self.is_in_scope(parameter)) {
                let taken = taken[parameter].get_or_insert_with(|| Taken::new(totals.len()));
                squares.read(|squares| taken.add(&totals, class, squares, exponent));
            }
            Ok(())
        };
        for &class in classes {
            visit_code_squares(
                self.network,
                codes,
                class,
                |parameter, squares, exponent| {
                    if read.is_ok() {
                        read = take(parameter, class, &squares, exponent);
                    }
                },
            );
        }
        read?;
        for (parameter, taken) in taken.into_iter().enumerate() {
            let (Some(taken), Some(totals)) = (taken, self.totals.tensor(parameter)?) else {
                continue;
            };
            if !taken.is_reliable(&totals) {
                return Ok(None);
            }
            let exponent = totals.exponent();
            let forgotten = Scaled {
                write: taken.mean(classes.len()),
                exponent,
            };
            let kept = Scaled {
                write: taken.left(&totals, self.request.kept().len()),
                exponent,
            };
            let elements = self.scope.elements(self.network, parameter, classes);
            self.tensors[parameter] = Ratios::new(totals.len(), &forgotten, &kept, &elements);
        }
        Ok(Some(self.finish()))
    }

    fn is_in_scope(&self, parameter: usize) -> bool {
        let classes = self.request.forgotten();
        !self
            .scope
            .elements(self.network, parameter, classes)
            .is_empty()
    }

    fn finish(&mut self) -> Perturbation {
        Perturbation {
            tensors: std::mem::take(&mut self.tensors),
        }
    }
}

/// The numbers from a place on.
fn widen(numbers: &[f32]) -> impl Fn(usize, &mut [f64]) + Sync + '_ {
    move |first, entries| {
        for (entry, number) in entries.iter_mut().zip(&numbers[first..]) {
            *entry = f64::from(*number);
        }
    }
}
