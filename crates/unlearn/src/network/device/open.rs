//! From a name to the device.

use burn::tensor::Device;

use super::{DeviceError, DeviceName};

impl DeviceName {
    /// The device of this name, ready for use.
    ///
    /// # Errors
    /// If the build or the machine does not have it.
    pub fn open(self) -> Result<Device, DeviceError> {
        if let Some(feature) = self.missing_feature() {
            let device = self;
            return Err(DeviceError::NotBuilt { device, feature });
        }
        match self {
            Self::Flex => Ok(Device::flex()),
            #[cfg(feature = "libtorch")]
            Self::LibTorch | Self::LibTorchCuda(_) => super::libtorch::open(self),
            #[cfg(feature = "wgpu")]
            Self::Vulkan(_) | Self::Wgpu(_) => super::graphics::open(self),
            #[cfg(not(all(feature = "libtorch", feature = "wgpu")))]
            _ => unreachable!("no device of this build"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_built_says_how_to_build_it() {
        assert_eq!(DeviceName::Flex.open().unwrap(), Device::flex());
        for (name, feature) in [
            ("libtorch", "libtorch"),
            ("libtorch-cuda", "libtorch"),
            ("vulkan:cpu", "vulkan"),
            ("wgpu", "wgpu"),
        ] {
            let device: DeviceName = name.parse().unwrap();
            if device.is_built() {
                continue;
            }
            let error = device.open().unwrap_err().to_string();
            assert!(error.contains("(flex"), "{error}");
            assert!(error.contains(&format!("--features {feature}")), "{error}");
        }
    }
}
