//! A model for the audits' own tests.

use unlearn_data::{ClassNames, Normalization};

use super::{Role, Subject};
use crate::checkpoint::{Model, ModelMetadata};
use crate::network::{Architecture, Device, Network};

/// A network of four classes as it was drawn.
pub(super) fn subject() -> Subject {
    let (shape, names) = ([3, 8, 8], ClassNames::numbered(4));
    let architecture = Architecture::Cnn { width: 4 };
    let graph = architecture.build(&shape, 4);
    let graph = graph.unwrap_or_else(|error| unreachable!("a small network: {error}"));
    let network = Network::initialize(graph, 3, &Device::flex());
    let metadata = ModelMetadata::new(architecture, shape, names, Normalization::none(3));
    Subject {
        role: Role::Before,
        name: "before".into(),
        model: Model { network, metadata },
    }
}
