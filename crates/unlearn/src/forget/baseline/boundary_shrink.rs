//! What is forgotten goes to the nearest other class.

use serde::{Deserialize, Serialize};
use unlearn_data::Normalization;

use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::{Value, largest};
use crate::train::TrainError;
use crate::tune::{Loss, TuneSettings, Tuner, input_gradient, part};

/// Trains on with the forgotten images, each labelled with what the model takes it for after a step
/// towards the decision boundary, `y' = argmax f(x + radius sign(grad_x CE(f(x), y)))` (Boundary Shrink
/// of Chen, Gao, Liu, Peng, Wang, CVPR 2023).
///
/// The step is made in pixels by whole grey levels, `floor(255 radius)`, within `[0, 255]`; labels are
/// asked of the model as it was, with running statistics. Where the step does not reach the boundary,
/// y' is y, and the image holds its class; with several forgotten classes y' may be another of them:
/// the paper has nothing against either. Costs `2 E N_F` backward passes, half of them for the steps.
/// Defaults are those of the authors' program (radius 0.1, SGD 1e-5 without weight decay, 10 epochs,
/// batch 64), whose rate suits its small network without residuals; its attack takes the constants of
/// another normalisation and rounds 25.5 levels either way. The extras of its options (curvature,
/// weights by margin) are not here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BoundaryShrink {
    /// How far a pixel may move, of 1, in (0, 1].
    radius: f64,
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for BoundaryShrink {
    fn default() -> Self {
        Self {
            radius: 0.1,
            tune: TuneSettings {
                batch_size: 64,
                weight_decay: 0.0,
                ..TuneSettings::sgd(10, 1e-5)
            },
        }
    }
}

impl Algorithm for BoundaryShrink {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "boundary-shrink",
        "label forgotten images with the nearest other class",
        "Chen, Gao, Liu, Peng, Wang, CVPR 2023",
        &[Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        part("radius", self.radius)?;
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let (forgotten, size) = (context.forgotten(), self.tune.batch_size);
        let mut work = context.work(self.tune.epochs * forgotten.batch_count(size));
        let model = &context.model.network;
        let normalization = &context.model.metadata.normalization;
        let classes = model.class_count();
        let levels = (255.0 * self.radius + 1e-9).floor() as f32;
        let mut attacked = 0;
        let mut tuner = Tuner::new(model, &self.tune, context.seed, &mut work);
        for epoch in 0..self.tune.epochs {
            for batch in forgotten.epoch(epoch, size) {
                let slope = input_gradient(model, &batch.inputs, |z| {
                    Loss::cross_entropy(z, &batch.labels)
                });
                attacked += batch.len();
                let moved = stepped(&batch.inputs, &slope, levels, normalization);
                let logits = model.forward(moved).into_vec();
                let nearest: Vec<usize> = logits.chunks_exact(classes).map(largest).collect();
                tuner.descend(&batch, |z| Loss::cross_entropy(z, &nearest))?;
            }
        }
        let network = tuner.finish();
        work.count(attacked);
        Ok(Forgotten::new(network, &work))
    }
}

/// Every pixel of normalised images moved by so many grey levels up its slope.
fn stepped(inputs: &Value, slope: &Value, levels: f32, normalization: &Normalization) -> Value {
    let area = inputs.shape()[2..].iter().product();
    let (mut numbers, slopes) = (inputs.to_vec(), slope.to_vec());
    let channels = normalization.mean.iter().zip(&normalization.std).cycle();
    let planes = numbers
        .chunks_exact_mut(area)
        .zip(slopes.chunks_exact(area));
    for ((plane, slopes), (mean, std)) in planes.zip(channels) {
        for (number, slope) in plane.iter_mut().zip(slopes) {
            let direction = match *slope == 0.0 {
                true => 0.0,
                false => slope.signum(),
            };
            let pixel = (255.0 * (*number * std + mean)).round();
            let moved = (pixel + levels * direction).clamp(0.0, 255.0);
            *number = (moved / 255.0 - mean) / std;
        }
    }
    Value::from_vec(numbers, inputs.shape(), &inputs.device())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Device;

    #[test]
    fn pixels_step_by_whole_levels_within_their_range() {
        let value =
            |numbers: &[f32]| Value::from_vec(numbers.to_vec(), &[1, 2, 1, 2], &Device::flex());
        let normalization = Normalization {
            mean: vec![0.0, 0.5],
            std: vec![1.0, 0.25],
        };
        let of = |level: f32| (level / 255.0 - 0.5) / 0.25;
        let inputs = value(&[0.0, 10.0 / 255.0, of(100.0), of(250.0)]);
        let moved = stepped(
            &inputs,
            &value(&[-1.0, 0.5, 0.0, 3.0]),
            25.0,
            &normalization,
        );
        assert_eq!(moved.to_vec(), [0.0, 35.0 / 255.0, of(100.0), of(255.0)]);
    }
}
