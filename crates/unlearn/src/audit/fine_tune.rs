//! A few steps of training, as an attacker takes them.

use rand::seq::SliceRandom;
use unlearn_data::stream;

use crate::network::op::Mode;
use crate::network::{CrossEntropy, Network, Value};
use crate::train::{Optimizer, OptimizerKind, OptimizerSettings};
use crate::tune::clip;

/// Labelled inputs and how they are learned from: by the cross-entropy, in
/// batches, each epoch in another order.
///
/// Batch normalisation keeps its running statistics: a batch here may be a
/// single image, or images of a single class, whose statistics are not those of
/// the data. Its scale and shift are trained like everything else.
#[derive(Clone, Debug)]
pub(super) struct FineTuning<'a> {
    /// `[samples, ..]`, row after row.
    pub inputs: &'a [f32],
    /// One per sample.
    pub labels: &'a [usize],
    /// The rule.
    pub optimizer: OptimizerSettings,
    /// The same at every step.
    pub learning_rate: f64,
    /// The L2 norm to which longer gradients are shortened, if they are.
    pub clip_norm: Option<f64>,
    /// How many steps.
    pub steps: usize,
    /// Samples per step; the last step of an epoch may have fewer.
    pub batch_size: usize,
    /// Decides the order.
    pub seed: u64,
}

/// Stochastic gradient descent with momentum 0.9 and no weight decay.
pub(super) const SGD: OptimizerSettings = OptimizerSettings {
    kind: OptimizerKind::Sgd,
    momentum: 0.9,
    weight_decay: 0.0,
};

impl FineTuning<'_> {
    /// Moves the network; `after` is told how many steps are done.
    pub fn run(&self, network: &mut Network, mut after: impl FnMut(usize, &Network)) {
        let width = self.inputs.len() / self.labels.len();
        let mut optimizer = Optimizer::new(self.optimizer, network.parameters().len());
        let mut order: Vec<usize> = Vec::new();
        let mut epoch = 0;
        for step in 1..=self.steps {
            if order.is_empty() {
                order = (0..self.labels.len()).collect();
                order.shuffle(&mut stream(self.seed, &format!("fine-tuning/{epoch}")));
                epoch += 1;
            }
            let batch = order.split_off(order.len().saturating_sub(self.batch_size));
            let numbers = batch.iter();
            let numbers = numbers.flat_map(|sample| &self.inputs[sample * width..][..width]);
            let labels: Vec<usize> = batch.iter().map(|sample| self.labels[*sample]).collect();
            let mut shape = vec![batch.len()];
            shape.extend(network.graph().input_shape());
            let inputs = Value::from_vec(numbers.copied().collect(), &shape, network.device());
            let trace = network.trace(inputs, &mut Mode::Tuning);
            let loss = CrossEntropy::new(&trace.output, &labels, 0.0);
            let gradient = loss.gradient(1.0 / labels.len() as f64, network.device());
            let mut gradients = network.backward(trace, gradient, false);
            if let Some(most) = self.clip_norm {
                clip(&mut gradients.parameters, most);
            }
            optimizer.step(network, gradients, self.learning_rate);
            after(step, network);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::op::Linear;
    use crate::network::{Device, GraphBuilder};

    fn line() -> Network {
        let (mut builder, input) = GraphBuilder::new(&[2]);
        builder.layer("fc", Linear::new(2, 2), &[input]).unwrap();
        Network::initialize(builder.finish(), 1, &Device::flex())
    }

    #[test]
    fn what_can_be_told_apart_is_learned() {
        let mut network = line();
        let tuning = FineTuning {
            inputs: &[1.0, 0.0, 2.0, 0.0, 0.0, 1.0, 0.0, 2.0],
            labels: &[0, 0, 1, 1],
            optimizer: SGD,
            learning_rate: 0.5,
            clip_norm: None,
            steps: 20,
            batch_size: 3,
            seed: 1,
        };
        let mut seen = Vec::new();
        tuning.run(&mut network, |step, _| seen.push(step));
        assert_eq!(seen, (1..=20).collect::<Vec<_>>());
        let inputs = Value::from_vec(tuning.inputs.to_vec(), &[4, 2], network.device());
        let loss = CrossEntropy::new(&network.forward(inputs), tuning.labels, 0.0);
        assert_eq!(loss.predictions, tuning.labels);
        let mut again = line();
        tuning.run(&mut again, |_, _| {});
        assert_eq!(again.digest(), network.digest());
    }
}
