//! What devices are called.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Adapter, DeviceError};

/// Where the numbers of a network lie and are worked on, as people type it.
///
/// Every build can read every name; [`DeviceName::open`] says whether the build
/// and the machine have the device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DeviceName {
    /// Main memory, by Burn's `flex` backend and our own code. The reference:
    /// the only one whose results are the same bits on every run.
    #[default]
    Flex,
    /// Main memory, by libtorch.
    LibTorch,
    /// An NVIDIA card by its number, by libtorch.
    LibTorchCuda(usize),
    /// A graphics adapter through Vulkan, with SPIR-V kernels where it allows them.
    Vulkan(Adapter),
    /// A graphics adapter through whatever interface the system has (Metal,
    /// DirectX 12, Vulkan).
    Wgpu(Adapter),
}

impl DeviceName {
    /// The forms that a name can have; N counts from 0.
    pub const FORMS: [&'static str; 5] = [
        "flex",
        "libtorch",
        "libtorch-cuda[:N]",
        "vulkan[:N|:cpu]",
        "wgpu[:N|:cpu]",
    ];

    /// The forms of those names whose device this build has, whether or not
    /// the machine has it too.
    pub fn built() -> Vec<&'static str> {
        let forms = Self::FORMS.into_iter();
        let built = forms.filter(|form| {
            let name = form.split('[').next().unwrap_or(form);
            name.parse::<Self>().is_ok_and(|name| name.is_built())
        });
        built.collect()
    }

    /// Whether this build has the device.
    pub fn is_built(self) -> bool {
        self.missing_feature().is_none()
    }

    /// The feature that would bring the device; none where this build has it.
    pub(super) fn missing_feature(self) -> Option<&'static str> {
        let (feature, is_built) = match self {
            Self::Flex => return None,
            Self::LibTorch | Self::LibTorchCuda(_) => ("libtorch", cfg!(feature = "libtorch")),
            Self::Vulkan(_) => ("vulkan", cfg!(feature = "vulkan")),
            Self::Wgpu(_) => ("wgpu", cfg!(feature = "wgpu")),
        };
        (!is_built).then_some(feature)
    }
}

impl FromStr for DeviceName {
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, DeviceError> {
        let (name, place) = match text.split_once(':') {
            Some((name, place)) => (name, Some(place)),
            None => (text, None),
        };
        let device = match (name, place) {
            ("flex", None) => Some(Self::Flex),
            ("libtorch", None) => Some(Self::LibTorch),
            ("libtorch-cuda", None) => Some(Self::LibTorchCuda(0)),
            ("libtorch-cuda", Some(index)) => index.parse().ok().map(Self::LibTorchCuda),
            ("vulkan", place) => Adapter::parse(place).map(Self::Vulkan),
            ("wgpu", place) => Adapter::parse(place).map(Self::Wgpu),
            _ => None,
        };
        device.ok_or_else(|| DeviceError::Unknown { name: text.into() })
    }
}

impl TryFrom<String> for DeviceName {
    type Error = DeviceError;

    fn try_from(text: String) -> Result<Self, DeviceError> {
        text.parse()
    }
}

impl From<DeviceName> for String {
    fn from(name: DeviceName) -> Self {
        name.to_string()
    }
}

impl fmt::Display for DeviceName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flex => formatter.write_str("flex"),
            Self::LibTorch => formatter.write_str("libtorch"),
            Self::LibTorchCuda(index) => write!(formatter, "libtorch-cuda:{index}"),
            Self::Vulkan(adapter) => write!(formatter, "vulkan{adapter}"),
            Self::Wgpu(adapter) => write!(formatter, "wgpu{adapter}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_told() {
        for name in [
            "flex",
            "libtorch",
            "libtorch-cuda:0",
            "libtorch-cuda:1",
            "vulkan",
            "vulkan:0",
            "vulkan:cpu",
            "wgpu",
            "wgpu:2",
        ] {
            assert_eq!(name.parse::<DeviceName>().unwrap().to_string(), name);
        }
        let first: DeviceName = "libtorch-cuda".parse().unwrap();
        assert_eq!(first, DeviceName::LibTorchCuda(0));
        assert_eq!(DeviceName::default(), DeviceName::Flex);
    }

    #[test]
    fn other_names_are_refused_with_a_list() {
        for name in [
            "",
            "cuda",
            "FLEX",
            "flex:0",
            "vulkan:",
            "vulkan:-1",
            "libtorch:cpu",
            "libtorch-cuda:cpu",
        ] {
            let error = name.parse::<DeviceName>().unwrap_err().to_string();
            assert!(error.contains("libtorch-cuda[:N]"), "{error}");
            assert!(error.ends_with(&format!("found `{name}`")), "{error}");
        }
    }

    #[test]
    fn main_memory_is_always_there() {
        assert_eq!(DeviceName::built()[0], "flex");
    }
}
