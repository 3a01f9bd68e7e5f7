//! Libtorch's devices.

#![expect(
    deprecated,
    reason = "Burn announces the end of its libtorch backend; until then it is the fastest one here"
)]

use burn::tensor::Device;

use super::{DeviceError, DeviceName};

/// A libtorch device. `RAYON_NUM_THREADS` limits libtorch's threads as it does
/// those of main memory; without it libtorch decides.
///
/// # Errors
/// If there is no such card, or this libtorch was built without CUDA.
pub(super) fn open(name: DeviceName) -> Result<Device, DeviceError> {
    let missing = |reason: String| DeviceError::Missing {
        device: name,
        reason,
    };
    if let DeviceName::LibTorchCuda(index) = name {
        let cards = match tch::Cuda::is_available() {
            true => tch::Cuda::device_count(),
            false => return Err(missing("libtorch finds no CUDA".into())),
        };
        return match i64::try_from(index).is_ok_and(|index| index < cards) {
            true => Ok(Device::libtorch_cuda(index)),
            false => Err(missing(format!("libtorch finds {cards} CUDA cards"))),
        };
    }
    if let Some(threads) = wanted_threads() {
        tch::set_num_threads(threads);
    }
    Ok(Device::libtorch())
}

/// What the environment says; as for rayon, 0 and nonsense say nothing.
fn wanted_threads() -> Option<i32> {
    let threads = std::env::var("RAYON_NUM_THREADS").ok()?.parse().ok()?;
    (threads > 0).then_some(threads)
}
