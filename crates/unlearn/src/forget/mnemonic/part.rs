//! The part of a network that a scope reaches.

use super::{Perturbation, Scope, Sign};
use crate::enrol::{BLEND_RATIOS, Enrolment, Features};
use crate::fisher::{Fisher, fisher_batched, together};
use crate::forget::{CodeAnswers, CodeMeasures, Context, ForgetError};
use crate::network::{CrossEntropy, Network, Value};

/// The part of a network that a scope can move, as a network of its own, with
/// the codes as that part sees them.
///
/// A scope within the classifier layer leaves the features as they are: these
/// are computed once, and all the rest, gradients included, happens in a network of
/// one layer. Moving that network and putting it back gives the same as moving
/// the whole.
#[derive(Clone, Debug)]
pub struct Part {
    /// What may be moved.
    pub network: Network,
    /// Where its parameters begin among those of the whole network.
    first_parameter: usize,
    /// The classes whose inputs are held, ascending.
    classes: Vec<usize>,
    /// Their codes as the part sees them, `[classes, ..]`.
    codes: Value,
    /// Which of them are blended.
    blended: Vec<usize>,
    /// Blends as the part sees them, `[blended * BLEND_RATIOS, ..]`.
    blends: Value,
}

impl Part {
    /// The part that a scope reaches, with the codes of some classes. What the
    /// classifier layer sees of them may be known already.
    ///
    /// # Errors
    /// If there are no codes, or no classifier layer that the scope is told by.
    pub fn new(context: Context<'_>, scope: Scope, classes: &[usize]) -> Result<Self, ForgetError> {
        let (network, codes) = (&context.model.network, context.codes("mnemonic")?);
        scope.check("mnemonic", network)?;
        let device = network.device();
        let split = network.split().filter(|_| scope.is_in_classifier());
        let (part, first_parameter, features) = match split {
            Some([body, head]) => {
                let known = context.enrolment.and_then(Enrolment::features);
                let known = known.filter(|known| known.classes().eq(classes.iter().copied()));
                let features = match known {
                    Some(features) => features.clone(),
                    None => Features::new(Some(&body), codes, classes, device),
                };
                (head, body.parameters().len(), features)
            }
            None => (
                network.clone(),
                0,
                Features::new(None, codes, classes, device),
            ),
        };
        let (blended, blends) = features.blends(device);
        Ok(Self {
            network: part,
            first_parameter,
            classes: classes.to_vec(),
            codes: features.codes(device),
            blended,
            blends,
        })
    }

    /// The whole network with this part in it.
    pub fn put_into(&self, whole: &Network) -> Network {
        let mut whole = whole.clone();
        for (index, parameter) in self.network.parameters().iter().enumerate() {
            whole.set(self.first_parameter + index, parameter.value.clone());
        }
        whole
    }

    /// The Fisher diagonal of the part's parameters from the codes of some classes.
    fn fisher(&self, classes: &[usize]) -> Fisher {
        fisher_batched(&self.network, &self.codes_of(classes), classes)
    }

    /// The ratios of the importances of forgotten and kept classes.
    pub fn perturbation(&self, scope: Scope, [forgotten, kept]: [&[usize]; 2]) -> Perturbation {
        let of_kept = self.fisher(kept);
        match forgotten.len() <= together(&self.network) {
            true => {
                let codes = self.codes_of(forgotten);
                Perturbation::of_codes(&self.network, codes, forgotten, of_kept, scope)
            }
            false => {
                let of_forgotten = self.fisher(forgotten);
                Perturbation::new(&self.network, [&of_forgotten, &of_kept], scope, forgotten)
            }
        }
    }

    /// The loss of a network in the part's place on the codes of some classes.
    pub fn loss(&self, network: &Network, classes: &[usize]) -> CrossEntropy {
        CrossEntropy::new(
            &network.forward_in_batches(&self.codes_of(classes)),
            classes,
            0.0,
        )
    }

    /// The loss of the part moved one way on the codes of some classes. Each parameter
    /// is moved when it is needed: no moved copy of the part is held.
    pub fn loss_moved(
        &self,
        moves: &Perturbation,
        lambdas: [f64; 2],
        sign: Sign,
        classes: &[usize],
    ) -> CrossEntropy {
        let moved = |index, value: &Value| moves.moved(index, value, lambdas, sign);
        let logits = self.network.forward_moved(&self.codes_of(classes), moved);
        CrossEntropy::new(&logits, classes, 0.0)
    }

    /// The loss of a network in the part's place on the codes of some classes,
    /// among the outputs of some classes only.
    pub fn loss_among(&self, network: &Network, of: &[usize], among: &[usize]) -> CrossEntropy {
        let logits = network.forward_in_batches(&self.codes_of(of)).into_vec();
        let rows = logits.chunks_exact(network.class_count());
        let logits = rows.flat_map(|row| among.iter().map(|class| row[*class]));
        let shape = [of.len(), among.len()];
        let logits = Value::from_vec(logits.collect(), &shape, network.device());
        let place = |class| among.iter().position(|one| one == class);
        let labels = of.iter().map(place);
        let labels: Option<Vec<usize>> = labels.collect();
        let labels = labels.unwrap_or_else(|| unreachable!("classes among those asked"));
        CrossEntropy::new(&logits, &labels, 0.0)
    }

    /// The loss on the code of one class among itself and the kept classes:
    /// no other class, forgotten or still to be, stands in for these.
    pub fn loss_of_one(&self, network: &Network, class: usize, kept: &[usize]) -> CrossEntropy {
        let among: Vec<usize> = std::iter::once(class).chain(kept.iter().copied()).collect();
        self.loss_among(network, &[class], &among)
    }

    /// What the codes say of a network in the part's place, where the only
    /// class to forget is this one; its loss is [`Part::loss_of_one`].
    pub fn measures_of_one(&self, network: &Network, class: usize, kept: &[usize]) -> CodeMeasures {
        let of_class = self.loss_of_one(network, class, kept);
        CodeMeasures::from_losses((&of_class, &[0]), (&self.loss(network, kept), kept))
    }

    /// What a network in the part's place answers to all codes that are held.
    pub fn answers(&self, network: &Network) -> CodeAnswers {
        CodeAnswers::new(
            self.classes.clone(),
            network.forward_in_batches(&self.codes),
        )
    }

    /// What a network in the part's place answers to the blends of some
    /// classes' codes, with the largest output of these classes.
    pub fn blend_answers(&self, network: &Network, classes: &[usize]) -> Vec<usize> {
        let places = self.blended.iter().enumerate();
        let places = places.filter(|(_, class)| classes.contains(class));
        let rows: Vec<usize> = places
            .flat_map(|(place, _)| place * BLEND_RATIOS.len()..(place + 1) * BLEND_RATIOS.len())
            .collect();
        if rows.is_empty() {
            return Vec::new();
        }
        let logits = network
            .forward_in_batches(&self.blends.samples(&rows))
            .into_vec();
        let answers = logits.chunks_exact(network.class_count()).map(|logits| {
            let best = classes.iter().copied();
            best.reduce(|best, class| {
                if logits[class] > logits[best] {
                    class
                } else {
                    best
                }
            })
        });
        answers.flatten().collect()
    }

    fn codes_of(&self, classes: &[usize]) -> Value {
        let places = classes.iter().map(|class| {
            let place = self.classes.binary_search(class);
            place.unwrap_or_else(|_| unreachable!("a class of the request"))
        });
        self.codes.samples(&places.collect::<Vec<_>>())
    }
}
