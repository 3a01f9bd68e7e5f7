//! Moving a network by the gradients of losses on batches.

use unlearn_data::stream;

use super::elementwise::sum;
use super::{Batch, Loss, Mask, Samples, Statistics, Stopped, TuneSettings, Work, clip};
use crate::network::op::Mode;
use crate::network::{Gradients, Network, Value};
use crate::train::Optimizer;

/// Moves a network by the gradients of losses on batches: what training,
/// fine-tuning, gradient ascent and distillation have in common.
///
/// A step follows the sum of all gradients that were added since the last one,
/// in this order: the pull to the start, the mask, the clipping, then weight decay and
/// momentum by the optimizer. The same calls give the same bits.
pub struct Tuner<'w, 'a> {
    network: Network,
    start: Network,
    mask: Mask,
    settings: TuneSettings,
    optimizer: Optimizer,
    /// Added up since the last step, per parameter.
    gradients: Vec<Option<Value>>,
    seed: u64,
    /// Passes so far: each drops anew.
    passes: usize,
    work: &'w mut Work<'a>,
}

impl<'w, 'a> Tuner<'w, 'a> {
    /// Starts from a network; `seed` decides what dropout drops. Steps and
    /// backward passes are counted in `work`.
    pub fn new(
        network: &Network,
        settings: &TuneSettings,
        seed: u64,
        work: &'w mut Work<'a>,
    ) -> Self {
        let count = network.parameters().len();
        Self {
            network: network.clone(),
            start: network.clone(),
            mask: Mask::everything(network),
            settings: *settings,
            optimizer: Optimizer::new(settings.rule(), count),
            gradients: vec![None; count],
            seed,
            passes: 0,
            work,
        }
    }

    /// The same, moving only what a mask lets move.
    #[must_use]
    pub fn with_mask(self, mask: Mask) -> Self {
        Self { mask, ..self }
    }

    /// The network as it is now.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// From the next step on, another learning rate.
    pub fn set_learning_rate(&mut self, learning_rate: f64) {
        self.settings.learning_rate = learning_rate;
    }

    /// Adds the gradient of the mean of `loss` of the logits on a batch; returns
    /// that loss.
    pub fn add(&mut self, batch: &Batch, loss: impl FnOnce(&Value) -> Loss) -> Loss {
        let last = self.network.graph().nodes().len() - 1;
        let mut found = None;
        self.add_at(batch, &[last], |outputs| {
            let loss = loss(&outputs[0]);
            let gradient = loss.gradient(&outputs[0].device());
            found = Some(loss);
            vec![gradient]
        });
        found.unwrap_or_else(|| unreachable!("the loss was asked for"))
    }

    /// Adds the gradient of any loss of the outputs of some nodes (places in
    /// [`crate::network::Graph::nodes`]): `gradients` makes of these outputs the
    /// loss's gradient with respect to each, in the same order.
    pub fn add_at(
        &mut self,
        batch: &Batch,
        nodes: &[usize],
        gradients: impl FnOnce(&[Value]) -> Vec<Value>,
    ) {
        let mut random = stream(self.seed, &format!("tune/dropout/{}", self.passes));
        let mut mode = match self.settings.statistics {
            Statistics::Batch => Mode::Training(&mut random),
            Statistics::Running => Mode::Tuning,
        };
        let trace = self
            .network
            .trace_tapped(batch.inputs.clone(), &mut mode, nodes);
        let of_outputs = gradients(&trace.taps);
        let mask = &self.mask;
        self.network
            .update_buffers_where(&trace, |buffer| mask.reaches(buffer));
        let of_outputs = nodes.iter().copied().zip(of_outputs);
        let gradients = self
            .network
            .backward_from(trace, of_outputs, |place| mask.reaches(place), false)
            .parameters;
        for (parameter, gradient) in gradients.into_iter().enumerate() {
            if let Some(gradient) = gradient {
                self.add_gradient(parameter, gradient);
            }
        }
        self.passes += 1;
        self.work.count(batch.len());
    }

    /// Adds the gradient of a pull to the start of its own strength s for each
    /// element, `sum_i s_i / 2 (w_i - w_0i)^2`; `strengths` are per parameter.
    pub fn add_pull(&mut self, strengths: &[Option<Value>]) {
        for (index, strength) in strengths.iter().enumerate() {
            let Some(strength) = strength.clone() else {
                continue;
            };
            let [now, start] = [&self.network, &self.start]
                .map(|network| network.parameters()[index].value.clone());
            let shape = now.shape().to_vec();
            let away = (now.flat() - start.flat()) * strength.flat();
            self.add_gradient(index, Value::from_flat(away, &shape));
        }
    }

    /// Adds the gradient of one parameter, found elsewhere.
    ///
    /// # Panics
    /// If there is no such parameter.
    pub fn add_gradient(&mut self, parameter: usize, gradient: Value) {
        let added = &mut self.gradients[parameter];
        *added = Some(match added.take() {
            Some(others) => sum(others, gradient),
            None => gradient,
        });
    }

    /// Moves the network by what was added.
    ///
    /// # Errors
    /// If whoever watches stops the work.
    pub fn step(&mut self) -> Result<(), Stopped> {
        let mut parameters = Vec::with_capacity(self.gradients.len());
        for (index, gradient) in self.gradients.iter_mut().enumerate() {
            let gradient = gradient.take().map(|gradient| {
                let [now, start] = [&self.network, &self.start]
                    .map(|network| network.parameters()[index].value.clone());
                match self.settings.pull {
                    0.0 => gradient,
                    pull => {
                        let shape = gradient.shape().to_vec();
                        let away = (now.flat() - start.flat()).mul_scalar(pull);
                        Value::from_flat(gradient.flat() + away, &shape)
                    }
                }
            });
            let gradient = gradient.and_then(|gradient| self.mask.apply(index, gradient));
            parameters.push(gradient);
        }
        if let Some(most) = self.settings.clip_norm {
            clip(&mut parameters, most);
        }
        let gradients = Gradients {
            parameters,
            input: None,
        };
        let rate = self.settings.learning_rate;
        self.optimizer.step(&mut self.network, gradients, rate);
        self.mask.restore(&self.start, &mut self.network);
        self.work.step()
    }

    /// One step by the mean of one loss on one batch; returns that loss.
    ///
    /// # Errors
    /// If whoever watches stops the work.
    pub fn descend(
        &mut self,
        batch: &Batch,
        loss: impl FnOnce(&Value) -> Loss,
    ) -> Result<Loss, Stopped> {
        let loss = self.add(batch, loss);
        self.step()?;
        Ok(loss)
    }

    /// Descends the cross-entropy of samples, epoch after epoch, as the settings say.
    ///
    /// # Errors
    /// If whoever watches stops the work.
    pub fn fit(&mut self, samples: &Samples<'_>) -> Result<(), Stopped> {
        for epoch in 0..self.settings.epochs {
            for batch in samples.epoch(epoch, self.settings.batch_size) {
                self.descend(&batch, |z| Loss::cross_entropy(z, &batch.labels))?;
            }
        }
        Ok(())
    }

    /// The network at the end.
    pub fn finish(self) -> Network {
        self.network
    }
}
