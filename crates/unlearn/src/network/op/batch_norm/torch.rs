//! Batch normalisation in training by torch's own kernels, for tensors on a libtorch device.

use tch::IValue;

use super::BatchNorm;
use super::operation::{BATCH_COUNT, RUNNING_MEAN, RUNNING_VARIANCE, SCALE, SHIFT};
use super::sizes::Planes;
use crate::network::Value;
use crate::network::op::{Forward, Saved};
use crate::network::torch::{kernel, shaped, value};

impl BatchNorm {
    /// The forward pass by the batch's own statistics; none for tensors on another device, and none of a
    /// single number per channel, whose variance torch divides by zero.
    pub(super) fn torch_forward(&self, input: &Value, parameters: &[Value]) -> Option<Forward> {
        let planes = Planes::of(input);
        if planes.count() < 2.0 {
            return None;
        }
        let channels = [self.channels];
        let of = |parameter: usize| shaped(&parameters[parameter], &channels);
        // The kernel moves them where they lie, and others may read them still.
        let running = [of(RUNNING_MEAN)?.copy(), of(RUNNING_VARIANCE)?.copy()];
        let (output, mean, inverse) = shaped(input, &planes.shape())?.native_batch_norm(
            Some(&of(SCALE)?),
            Some(&of(SHIFT)?),
            Some(&running[0]),
            Some(&running[1]),
            true,
            self.momentum,
            self.epsilon,
        );
        let [mean, inverse] = [mean, inverse].map(|tensor| value(&tensor, &channels));
        let [running_mean, running_variance] = running.map(|tensor| value(&tensor, &channels));
        let counted = parameters[BATCH_COUNT].clone().flat().add_scalar(1.0);
        Some(Forward {
            output: value(&output, input.shape()),
            saved: Saved {
                batch_statistics: true,
                ..Saved::values([input.clone(), mean, inverse])
            },
            buffers: vec![
                (RUNNING_MEAN, running_mean),
                (RUNNING_VARIANCE, running_variance),
                (BATCH_COUNT, Value::from_flat(counted, &[])),
            ],
        })
    }

    /// dL/dx, dL/dgamma and dL/dbeta from dL/dy, where the statistics are the batch's own; none for
    /// tensors on another device.
    pub(super) fn torch_gradients(
        &self,
        [input, mean, inverse]: [&Value; 3],
        scale: &Value,
        delta: &Value,
    ) -> Option<[Value; 3]> {
        let (batch, channels) = (Planes::of(input).shape(), [self.channels]);
        let tensors = [
            shaped(delta, &batch)?,
            shaped(input, &batch)?,
            shaped(scale, &channels)?,
            shaped(mean, &channels)?,
            shaped(inverse, &channels)?,
        ];
        let epsilon = IValue::Double(self.epsilon);
        let arguments = tensors.map(IValue::Tensor).into_iter().chain([epsilon]);
        let arguments: Vec<IValue> = arguments.collect();
        let [of_input, of_scale, of_shift] = kernel("batch_norm_gradients", &arguments);
        Some([
            value(&of_input, input.shape()),
            value(&of_scale, &channels),
            value(&of_shift, &channels),
        ])
    }
}

#[cfg(test)]
#[expect(deprecated, reason = "Burn announces the end of its libtorch backend")]
mod tests {
    use burn::tensor::Device;
    use rand::Rng;
    use unlearn_data::stream;

    use super::*;
    use crate::network::op::{Mode, Operation, Wanted};

    fn assert_close(what: &str, torch: &Value, ours: &Value) {
        let (torch, ours) = (torch.to_vec(), ours.to_vec());
        assert_eq!(torch.len(), ours.len(), "{what}");
        let scale = ours
            .iter()
            .fold(1f32, |most, number| most.max(number.abs()));
        for (torch, ours) in torch.iter().zip(&ours) {
            assert!(
                (torch - ours).abs() <= 1e-5 * scale,
                "{what}: {torch} {ours}"
            );
        }
    }

    /// Torch's kernels give what the general form does in main memory, also with one number per
    /// channel, where the general form is taken.
    #[test]
    fn torchs_kernels_and_the_general_form_agree() {
        let mut random = stream(7, "batch norms");
        for shape in [&[5, 3, 4, 2][..], &[7, 2], &[1, 4, 3, 3], &[1, 3]] {
            let norm = BatchNorm::new(shape[1]);
            let count = shape.iter().product::<usize>();
            let mut draw = |count: usize| -> Vec<f32> {
                (0..count).map(|_| random.random_range(-2.0..2.0)).collect()
            };
            let (input, delta) = (draw(count), draw(count));
            let parameters: Vec<Vec<f32>> = norm
                .parameters()
                .iter()
                .map(|spec| draw(spec.shape.iter().product::<usize>()))
                .map(|numbers| numbers.iter().map(|number| number.abs()).collect())
                .collect();
            let on = |device: &Device| {
                let channels = [norm.channels];
                let parameters: Vec<Value> = parameters
                    .iter()
                    .enumerate()
                    .map(|(at, numbers)| {
                        let shape = if at == BATCH_COUNT {
                            &[][..]
                        } else {
                            &channels
                        };
                        Value::from_vec(numbers.clone(), shape, device)
                    })
                    .collect();
                let inputs = vec![Value::from_vec(input.clone(), shape, device)];
                let mut noise = stream(1, "no noise is drawn");
                let forward = norm.forward(inputs, &parameters, &mut Mode::Training(&mut noise));
                let wanted = Wanted {
                    inputs: &[true],
                    parameters: true,
                };
                let delta = Value::from_vec(delta.clone(), shape, device);
                let gradients = norm.backward(&forward.saved, &parameters, delta, wanted);
                (forward, gradients)
            };
            let ((torch, torch_gradients), (ours, our_gradients)) =
                (on(&Device::libtorch()), on(&Device::flex()));
            assert_close("output", &torch.output, &ours.output);
            for ((at, torch), (of, ours)) in torch.buffers.iter().zip(&ours.buffers) {
                assert_eq!(at, of);
                assert_close("buffer", torch, ours);
            }
            let pairs = torch_gradients.inputs.iter().zip(&our_gradients.inputs);
            let of_parameters = torch_gradients.parameters.iter();
            let pairs = pairs.chain(of_parameters.zip(&our_gradients.parameters));
            for (torch, ours) in pairs {
                match (torch, ours) {
                    (Some(torch), Some(ours)) => assert_close("gradient", torch, ours),
                    (torch, ours) => assert_eq!(torch.is_some(), ours.is_some()),
                }
            }
        }
    }
}
