//! The perturbation from stored sums: one backward pass per forgotten class.

use super::ratios::{Ratios, Scaled, in_place};
use super::{Perturbation, Scope};
use crate::checkpoint::CheckpointError;
use crate::code::Codebook;
use crate::enrol::{Taken, TensorTotals, Totals};
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
        let mut memory = TensorTotals::default();
        visit_code_squares(
            self.network,
            codes,
            class,
            |parameter, squares, exponent| {
                let elements = self.scope.elements(self.network, parameter, &[class]);
                if read.is_err() || elements.is_empty() {
                    return;
                }
                let totals = match self.totals.tensor_in(parameter, &mut memory) {
                    Ok(totals) => totals,
                    Err(error) => return read = Err(error),
                };
                let Some(totals) = totals else { return };
                let forgotten = in_place(exponent, 1);
                let kept = Scaled {
                    write: totals.without(class, exponent, kept),
                    exponent: totals.exponent(),
                };
                let squares = squares.into_vec();
                self.tensors[parameter] = Ratios::new(squares, &forgotten, &kept, &elements);
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
        let mut memory = TensorTotals::default();
        let mut take = |parameter: usize, class, squares: &Value, exponent| {
            let totals = self.totals.tensor_in(parameter, &mut memory)?;
            if let Some(totals) = totals.filter(|_| self.is_in_scope(parameter)) {
                let taken = taken[parameter].get_or_insert_with(|| Taken::new(totals.len()));
                squares.read(|squares| taken.add(totals, class, squares, exponent));
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
            let totals = self.totals.tensor_in(parameter, &mut memory)?;
            let (Some(taken), Some(totals)) = (taken, totals) else {
                continue;
            };
            if !taken.is_reliable(totals) {
                return Ok(None);
            }
            let exponent = totals.exponent();
            let mean = taken.mean(classes.len());
            let left = taken.left(totals, self.request.kept().len());
            let forgotten = Scaled {
                write: |first, _: &[f32], entries: &mut [f64]| mean(first, entries),
                exponent,
            };
            let kept = Scaled {
                write: |first, _: &[f64], entries: &mut [f64]| left(first, entries),
                exponent,
            };
            let elements = self.scope.elements(self.network, parameter, classes);
            let numbers = vec![0.0; totals.len()];
            self.tensors[parameter] = Ratios::new(numbers, &forgotten, &kept, &elements);
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
