//! Which parameters a method may move.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::forget::ForgetError;
use crate::network::Network;

/// The part of a network that may be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Every trained parameter.
    All,
    /// The classifier layer alone: the last layer with parameters.
    Classifier,
    /// Of the classifier layer, the forgotten classes' own outputs alone: their
    /// rows of its weight and their entries of its bias.
    Output,
    /// Everything but the classifier layer.
    Features,
}

impl Scope {
    /// Whether all of the scope lies in the classifier layer.
    pub fn is_in_classifier(self) -> bool {
        matches!(self, Self::Classifier | Self::Output)
    }

    /// Refuses a scope that is told by the classifier layer where a network has none.
    ///
    /// # Errors
    /// If it is one.
    pub(super) fn check(self, method: &'static str, network: &Network) -> Result<(), ForgetError> {
        match self != Self::All && network.graph().classifier().is_empty() {
            true => Err(ForgetError::no_classifier(method)),
            false => Ok(()),
        }
    }

    /// Which elements of a parameter may be moved to forget classes, in
    /// row-major order. Those of buffers never are.
    pub fn elements(
        self,
        network: &Network,
        parameter: usize,
        forgotten: &[usize],
    ) -> Vec<Range<usize>> {
        let in_classifier = network.graph().classifier().contains(&parameter);
        let parameter = &network.parameters()[parameter];
        let count = parameter.value.element_count();
        let whole = std::iter::once(0..count).collect();
        let reached = match self {
            Self::All => true,
            Self::Classifier | Self::Output => in_classifier,
            Self::Features => !in_classifier,
        };
        if !reached || !parameter.role.is_trained() {
            return Vec::new();
        }
        match self {
            Self::All | Self::Classifier | Self::Features => whole,
            Self::Output => {
                // The classes lie on the first axis of weight and bias.
                let row = count / network.class_count();
                let rows = forgotten.iter();
                rows.map(|class| class * row..(class + 1) * row).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::network::Architecture;

    #[test]
    fn the_output_scope_holds_the_rows_of_its_classes() {
        let cnn = Architecture::Cnn { width: 2 };
        let graph = cnn.build(&[1, 8, 8], 3).unwrap();
        let network = Network::initialize(graph, 0, &Device::flex());
        let [weight, bias] = [0, 1].map(|place| network.graph().classifier().start + place);
        let elements = |parameter| Scope::Output.elements(&network, parameter, &[0, 2]);
        assert_eq!(elements(weight), [0..4, 8..12]);
        assert_eq!(elements(bias), [0..1, 2..3]);
        assert!(elements(0).is_empty());
        let [running_mean, all] = ["bn1.running_mean", "conv1.weight"].map(|name| {
            let names = network.parameters().iter();
            let place = names.map(|p| p.name.as_str()).position(|n| n == name);
            Scope::All.elements(&network, place.unwrap(), &[0])
        });
        assert!(running_mean.is_empty());
        assert_eq!((all.len(), &all[0]), (1, &(0..18)));
    }
}
