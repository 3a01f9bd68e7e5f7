//! What can be wrong with a device.

use super::DeviceName;

/// Why a device cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// No device is called that.
    #[error("expected a device ({}), found `{name}`", DeviceName::FORMS.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The program was built without it.
    #[error(
        "device `{device}`: expected one that this build has ({}); `{device}` needs a build with \
         `--features {feature}`, see docs/devices.md",
        DeviceName::built().join(", ")
    )]
    NotBuilt {
        /// What was asked for.
        device: DeviceName,
        /// The feature that brings it.
        feature: &'static str,
    },
    /// The machine does not have it, or its driver refuses.
    #[error("device `{device}` cannot be used here: {reason}")]
    Missing {
        /// What was asked for.
        device: DeviceName,
        /// What its interface says.
        reason: String,
    },
}
