//! Sums and maps over the channels of a batch.

use burn::tensor::Tensor;

use super::cpu::CpuPlanes;
use super::sizes::Planes;
use crate::network::Value;
use crate::network::cpu::Numbers;

/// Values per channel have the shape `[channels]`. Each method has a form for
/// main memory, in few passes over the numbers, and one by the operations of
/// the tensors' own device.
impl Planes {
    /// Mean and (biased) variance of each channel.
    pub fn statistics(&self, x: &Value) -> [Value; 2] {
        if let Some(x) = Numbers::of(x) {
            let statistics = CpuPlanes(*self).statistics(x.as_slice());
            return statistics.map(|numbers| self.channel_numbers(numbers, x.device()));
        }
        let x = self.tensor(x);
        let mean = sum(x.clone()).div_scalar(self.count());
        let variance = sum((x - mean.clone()).square()).div_scalar(self.count());
        [mean, variance].map(|tensor| self.channel_value(tensor))
    }

    /// `x * scale + shift`, scale and shift per channel.
    pub fn scaled(&self, x: &Value, scale: &Value, shift: &Value) -> Value {
        if let (Some(x_numbers), Some(scale), Some(shift)) =
            (Numbers::of(x), Numbers::of(scale), Numbers::of(shift))
        {
            let (scale, shift) = (scale.as_slice(), shift.as_slice());
            let numbers = CpuPlanes(*self).scaled(x_numbers.as_slice(), scale, shift);
            return Value::from_vec(numbers, x.shape(), &x.device());
        }
        let scaled = self.tensor(x) * self.broadcast(scale) + self.broadcast(shift);
        Value::new(scaled).reshaped(x.shape())
    }

    /// `sum d (x - mean)` and `sum d` of each channel.
    pub fn gradient_sums(&self, delta: &Value, x: &Value, mean: &Value) -> [Value; 2] {
        if let (Some(delta), Some(x), Some(mean)) =
            (Numbers::of(delta), Numbers::of(x), Numbers::of(mean))
        {
            let (x, mean) = (x.as_slice(), mean.as_slice());
            let sums = CpuPlanes(*self).gradient_sums(delta.as_slice(), x, mean);
            return sums.map(|numbers| self.channel_numbers(numbers, delta.device()));
        }
        let (delta, centred) = (self.tensor(delta), self.centred(x, mean));
        [delta.clone() * centred, delta].map(|tensor| self.channel_value(sum(tensor)))
    }

    /// `sum_b (sum_p d (x - mean))^2` and `sum_b (sum_p d)^2` of each channel,
    /// p the positions.
    pub fn squared_gradient_sums(&self, delta: &Value, x: &Value, mean: &Value) -> [Value; 2] {
        let (delta, centred) = (self.tensor(delta), self.centred(x, mean));
        [delta.clone() * centred, delta]
            .map(|tensor| self.channel_value(tensor.sum_dim(2).square().sum_dim(0)))
    }

    /// `d * scale + (x - mean) * slope + offset`, all but d and x per channel.
    pub fn input_gradient(
        &self,
        delta: &Value,
        x: &Value,
        [mean, scale, slope, offset]: [&Value; 4],
    ) -> Value {
        let per_channel = [mean, scale, slope, offset].map(Numbers::of);
        if let (
            Some(delta_numbers),
            Some(x),
            [Some(mean), Some(scale), Some(slope), Some(offset)],
        ) = (Numbers::of(delta), Numbers::of(x), per_channel)
        {
            let per_channel = [&mean, &scale, &slope, &offset].map(Numbers::as_slice);
            let cpu = CpuPlanes(*self);
            let numbers = cpu.input_gradient(delta_numbers.as_slice(), x.as_slice(), per_channel);
            return Value::from_vec(numbers, delta.shape(), &delta.device());
        }
        let gradient = self.tensor(delta) * self.broadcast(scale)
            + self.centred(x, mean) * self.broadcast(slope)
            + self.broadcast(offset);
        Value::new(gradient).reshaped(delta.shape())
    }

    fn tensor(&self, value: &Value) -> Tensor<3> {
        value.clone().reshaped(&self.shape()).tensor()
    }

    fn centred(&self, x: &Value, mean: &Value) -> Tensor<3> {
        self.tensor(x) - self.broadcast(mean)
    }

    fn broadcast(&self, value: &Value) -> Tensor<3> {
        value.clone().reshaped(&[1, self.channels, 1]).tensor()
    }

    fn channel_value(&self, tensor: Tensor<3>) -> Value {
        Value::new(tensor).reshaped(&[self.channels])
    }

    fn channel_numbers(&self, numbers: Vec<f64>, device: burn::tensor::Device) -> Value {
        let numbers = numbers.into_iter().map(|number| number as f32).collect();
        Value::from_vec(numbers, &[self.channels], &device)
    }
}

/// The sum over batch and positions: `[1, channels, 1]`.
fn sum(tensor: Tensor<3>) -> Tensor<3> {
    tensor.sum_dim(2).sum_dim(0)
}
