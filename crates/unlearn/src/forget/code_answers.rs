//! What a network answers to codes.

use super::{CodeMeasures, Request};
use crate::code::Codebook;
use crate::network::{CrossEntropy, Halfway, Network, Value};

/// The logits that a network gives to the codes of some classes, in inference mode.
#[derive(Clone, Debug)]
pub struct CodeAnswers {
    /// The classes, ascending.
    classes: Vec<usize>,
    /// `[classes, outputs]`.
    logits: Value,
}

impl CodeAnswers {
    /// Logits that are known: `[classes, outputs]`, of ascending classes.
    pub fn new(classes: Vec<usize>, logits: Value) -> Self {
        Self { classes, logits }
    }

    /// The answers to the codes of all classes of a request.
    pub fn of(network: &Network, codes: &Codebook, request: &Request) -> Self {
        let classes = request.classes();
        let logits = codes.ask(network, &classes);
        Self { classes, logits }
    }

    /// The answers of a network to the codes of these classes, ascending, that came halfway through it, or through one
    /// that is the same until there.
    pub fn from_halfway(network: &Network, codes: &[Halfway], classes: &[usize]) -> Self {
        let logits = codes
            .iter()
            .flat_map(|batch| network.forward_from(batch.clone()).into_vec());
        let shape = [classes.len(), network.class_count()];
        Self {
            classes: classes.to_vec(),
            logits: Value::from_vec(logits.collect(), &shape, network.device()),
        }
    }

    /// The loss on the codes of some of the classes.
    ///
    /// # Panics
    /// If one of them was not asked for.
    pub fn loss(&self, classes: &[usize]) -> CrossEntropy {
        let places = classes.iter().map(|class| {
            let place = self.classes.binary_search(class);
            place.unwrap_or_else(|_| panic!("the code of class {class} was not asked"))
        });
        let places: Vec<usize> = places.collect();
        CrossEntropy::new(&self.logits.samples(&places), classes, 0.0)
    }

    /// What they say of the request's classes.
    pub fn measures(&self, request: &Request) -> CodeMeasures {
        let (forgotten, kept) = (request.forgotten(), request.kept());
        let (of_forgotten, of_kept) = (self.loss(forgotten), self.loss(kept));
        CodeMeasures::from_losses((&of_forgotten, forgotten), (&of_kept, kept))
    }
}
