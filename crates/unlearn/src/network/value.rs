//! A tensor of any rank.

use burn::tensor::{Device, Tensor, TensorData};

/// A tensor whose rank is known only when the program runs: its elements in
/// row-major order beside its shape.
///
/// Burn states the rank of a tensor in its type. A graph of operations, one
/// read from a file above all, cannot: so values between operations are flat,
/// and each operation takes them at the rank it works in with [`Value::tensor`].
#[derive(Clone, Debug)]
pub struct Value {
    flat: Tensor<1>,
    shape: Vec<usize>,
}

impl Value {
    /// Wraps a tensor of rank `D`.
    pub fn new<const D: usize>(tensor: Tensor<D>) -> Self {
        let shape = tensor.dims().to_vec();
        let length: usize = shape.iter().product();
        Self {
            flat: tensor.reshape([length]),
            shape,
        }
    }

    /// Wraps a flat tensor as a value of the given shape.
    ///
    /// # Panics
    /// If the number of elements is not the product of the shape.
    pub fn from_flat(flat: Tensor<1>, shape: &[usize]) -> Self {
        assert_eq!(
            flat.dims()[0],
            shape.iter().product::<usize>(),
            "elements of a value of shape {shape:?}"
        );
        Self {
            flat,
            shape: shape.to_vec(),
        }
    }

    /// Puts numbers on a device.
    ///
    /// # Panics
    /// If the number of elements is not the product of the shape.
    pub fn from_vec(values: Vec<f32>, shape: &[usize], device: &Device) -> Self {
        let length = values.len();
        let flat = Tensor::from_data(TensorData::new(values, [length]), device);
        Self::from_flat(flat, shape)
    }

    /// All elements equal to `value`.
    pub fn full(value: f32, shape: &[usize], device: &Device) -> Self {
        let length = shape.iter().product::<usize>();
        Self::from_flat(Tensor::full([length], value, device), shape)
    }

    /// The value as a tensor of rank `D`.
    ///
    /// # Panics
    /// If the value has another rank.
    pub fn tensor<const D: usize>(self) -> Tensor<D> {
        let shape: [usize; D] = self
            .shape
            .as_slice()
            .try_into()
            .unwrap_or_else(|_| panic!("a value of shape {:?} is not of rank {D}", self.shape));
        self.flat.reshape(shape)
    }

    /// Some samples of a batch, in the order given.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn samples(&self, samples: &[usize]) -> Self {
        let length: usize = self.shape[1..].iter().product();
        let mut numbers = Vec::with_capacity(samples.len() * length);
        self.read(|all| {
            for sample in samples {
                numbers.extend_from_slice(&all[sample * length..][..length]);
            }
        });
        let mut shape = self.shape.clone();
        shape[0] = samples.len();
        Self::from_vec(numbers, &shape, &self.device())
    }

    /// The elements in row-major order, still on their device.
    pub fn flat(self) -> Tensor<1> {
        self.flat
    }

    /// The same elements under another shape of as many elements.
    pub fn reshaped(self, shape: &[usize]) -> Self {
        Self::from_flat(self.flat, shape)
    }

    /// The elements in row-major order, copied from the device.
    ///
    /// # Panics
    /// If the device fails or holds another type than 32-bit floats.
    pub fn to_vec(&self) -> Vec<f32> {
        self.read(<[f32]>::to_vec)
    }

    /// As [`Value::to_vec`], without a copy where this is the only holder.
    pub fn into_vec(self) -> Vec<f32> {
        self.flat
            .try_into_vec_as::<f32>()
            .unwrap_or_else(|error| panic!("reading a value of 32-bit floats: {error:?}"))
    }

    /// The shape, outermost axis first.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of elements.
    pub fn element_count(&self) -> usize {
        self.shape.iter().product()
    }

    /// Where the elements are.
    pub fn device(&self) -> Device {
        self.flat.device()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_shape_and_order_through_any_rank() {
        let device = Device::flex();
        let value = Value::from_vec((0..24).map(|i| i as f32).collect(), &[2, 3, 4], &device);
        let transposed = Value::new(value.clone().tensor::<3>().swap_dims(1, 2));
        assert_eq!(transposed.shape(), [2, 4, 3]);
        assert_eq!(&transposed.to_vec()[..4], [0.0, 4.0, 8.0, 1.0]);
        assert_eq!(value.reshaped(&[6, 4]).tensor::<2>().dims(), [6, 4]);
    }

    #[test]
    #[should_panic(expected = "not of rank 2")]
    fn another_rank_is_a_bug_of_the_caller() {
        Value::full(0.0, &[2, 3, 4], &Device::flex()).tensor::<2>();
    }
}
