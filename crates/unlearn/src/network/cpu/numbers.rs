//! A value's numbers, where they lie in main memory.

use burn::tensor::Device;
use burn_flex::{Flex, FlexTensor};

use crate::network::Value;

/// Read access to a value on the `flex` device, without a copy.
pub(in crate::network) struct Numbers {
    tensor: FlexTensor,
}

impl Numbers {
    /// The numbers of a value; none where it is on another device, or holds
    /// another type than 32-bit floats.
    pub fn of(value: &Value) -> Option<Self> {
        let tensor = value.clone().flat().try_into_primitive::<Flex>().ok()?;
        let tensor = tensor.to_contiguous();
        tensor.as_slice::<f32>()?;
        Some(Self { tensor })
    }

    /// Where the numbers are.
    pub fn device(&self) -> Device {
        Device::flex()
    }

    /// The numbers in row-major order.
    pub fn as_slice(&self) -> &[f32] {
        self.tensor
            .as_slice()
            .unwrap_or_else(|| unreachable!("checked when it was made"))
    }
}

impl Value {
    /// Whether the numbers lie in main memory.
    pub fn is_in_main_memory(&self) -> bool {
        Numbers::of(self).is_some()
    }

    /// What `read` makes of the numbers in row-major order; they are not copied
    /// where they lie in main memory.
    pub fn read<T>(&self, read: impl FnOnce(&[f32]) -> T) -> T {
        match Numbers::of(self) {
            Some(numbers) => read(numbers.as_slice()),
            None => read(&self.clone().into_vec()),
        }
    }

    /// Whether both hold equal numbers; known at once where they are the same
    /// numbers in main memory.
    pub fn has_numbers_of(&self, other: &Self) -> bool {
        self.read(|one| other.read(|other| std::ptr::eq(one, other) || one == other))
    }
}
