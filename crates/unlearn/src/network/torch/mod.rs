//! Torch's own kernels, for tensors on a libtorch device.

#![expect(
    deprecated,
    reason = "Burn announces the end of its libtorch backend; until then it is the fastest one here"
)]

use std::sync::OnceLock;

use burn::tensor::Tensor;
use burn_tch::{LibTorch, TchTensor};
use tch::{CModule, IValue, Kind};

use super::Value;

/// Torch's own tensor, which shares its numbers: to be read only. None for tensors on another
/// device, or of another type than 32-bit floats.
pub fn torch<const D: usize>(tensor: &Tensor<D>) -> Option<tch::Tensor> {
    let tensor = tensor.clone().try_into_primitive::<LibTorch>().ok()?.tensor;
    (tensor.kind() == Kind::Float).then_some(tensor)
}

/// The same of a value, in the shape given.
pub fn shaped(value: &Value, shape: &[usize]) -> Option<tch::Tensor> {
    let shape: Vec<i64> = shape.iter().map(|length| *length as i64).collect();
    Some(torch(&value.clone().flat())?.view(shape.as_slice()))
}

/// A tensor of torch's as one of burn's.
pub fn burn<const D: usize>(tensor: tch::Tensor) -> Tensor<D> {
    Tensor::from_primitive::<LibTorch>(TchTensor::new(tensor))
}

/// The same as a value, in the shape given.
pub fn value(tensor: &tch::Tensor, shape: &[usize]) -> Value {
    Value::from_flat(burn(tensor.reshape(-1)), shape)
}

/// What a kernel that the bindings lack gives: `kernels.py` says which there are.
///
/// # Panics
/// If torch refuses the arguments.
pub fn kernel<const N: usize>(name: &str, arguments: &[IValue]) -> [tch::Tensor; N] {
    let given = kernels().method_is(name, arguments);
    let given = match given.unwrap_or_else(|error| panic!("torch's kernel {name}: {error}")) {
        IValue::Tuple(values) => values,
        value => vec![value],
    };
    let tensors = given.into_iter().map(|value| match value {
        IValue::Tensor(tensor) => tensor,
        other => unreachable!("kernels give tensors, not {other:?}"),
    });
    let tensors: Vec<tch::Tensor> = tensors.collect();
    let count = tensors.len();
    let found = tensors.try_into();
    found.unwrap_or_else(|_| unreachable!("{name} gives {count} tensors"))
}

/// The bindings lack kernels that take a mask of the outputs that are wanted. Torch's interpreter
/// has them: `kernels.py` wrote these few lines for it.
fn kernels() -> &'static CModule {
    static KERNELS: OnceLock<CModule> = OnceLock::new();
    KERNELS.get_or_init(|| {
        let mut bytes = include_bytes!("kernels.pt").as_slice();
        let kernels = CModule::load_data(&mut bytes);
        kernels.unwrap_or_else(|error| panic!("libtorch cannot read our kernels: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    #[test]
    fn other_devices_have_no_tensors_of_torchs() {
        let tensor = Tensor::<4>::ones([1, 1, 1, 1], &Device::flex());
        assert!(torch(&tensor).is_none());
        assert!(shaped(&Value::new(tensor), &[1]).is_none());
    }
}
