//! What several models have in common.

use unlearn_data::Normalization;

use crate::checkpoint::Model;
use crate::network::Network;

/// Everything before the classifier layer, with the heads of the models that
/// share it.
pub struct Trunk<'a> {
    /// Computes the features, or all of it where a model has no head to split off.
    pub body: Network,
    /// How its images are prepared.
    pub normalization: &'a Normalization,
    /// Per model its place among those given and its head.
    pub heads: Vec<(usize, Option<Network>)>,
}

impl<'a> Trunk<'a> {
    /// The trunks of some models: one for all those that differ in the
    /// classifier layer alone.
    pub fn of_models(models: &[&'a Model]) -> Vec<Self> {
        let mut trunks: Vec<Self> = Vec::new();
        for (place, model) in models.iter().enumerate() {
            let normalization = &model.metadata.normalization;
            let (body, head) = match model.network.split() {
                Some([body, head]) => (body, Some(head)),
                None => (model.network.clone(), None),
            };
            let same = trunks.iter_mut().find(|trunk| {
                let first = models[trunk.heads[0].0];
                head.is_some()
                    && first.metadata.architecture == model.metadata.architecture
                    && first.metadata.input_shape == model.metadata.input_shape
                    && trunk.normalization == normalization
                    && have_equal_parameters(&trunk.body, &body)
            });
            match same {
                Some(trunk) => trunk.heads.push((place, head)),
                None => trunks.push(Self {
                    body,
                    normalization,
                    heads: vec![(place, head)],
                }),
            }
        }
        trunks
    }
}

fn have_equal_parameters(one: &Network, other: &Network) -> bool {
    let pairs = one.parameters().iter().zip(other.parameters());
    let mut pairs = pairs.map(|(one, other)| (&one.value, &other.value));
    pairs.all(|(one, other)| one.shape() == other.shape() && one.to_vec() == other.to_vec())
}
