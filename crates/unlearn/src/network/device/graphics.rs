//! Devices behind a graphics interface.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use burn::tensor::wgpu::WgpuBackend;
use burn::tensor::{Device, DeviceKind};

use super::{Adapter, DeviceError, DeviceName};

/// Devices that were opened: Burn refuses to set one up twice in a process.
static OPEN: LazyLock<Mutex<HashMap<DeviceName, Device>>> = LazyLock::new(Mutex::default);

/// Sets the device up, which asks the driver; using it without would panic
/// where there is none.
///
/// # Errors
/// If there is no such adapter, or its driver refuses.
pub(super) fn open(name: DeviceName) -> Result<Device, DeviceError> {
    let (interface, adapter) = match name {
        DeviceName::Vulkan(adapter) => (WgpuBackend::Vulkan, adapter),
        DeviceName::Wgpu(adapter) => (WgpuBackend::Auto, adapter),
        _ => unreachable!("a device behind a graphics interface"),
    };
    let kind = match adapter {
        Adapter::Best => DeviceKind::DefaultDevice,
        Adapter::Card(index) => DeviceKind::DiscreteGpu(index),
        Adapter::Processor => DeviceKind::Cpu,
    };
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(device) = open.get(&name) {
        return Ok(device.clone());
    }
    let options = Device::wgpu_options().device_kind(kind);
    let device = options.graphics_api(interface).init();
    let device = device.map_err(|error| DeviceError::Missing {
        device: name,
        reason: error.to_string(),
    })?;
    open.insert(name, device.clone());
    Ok(device)
}
