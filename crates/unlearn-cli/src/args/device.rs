//! Where the numbers are worked on.

use clap::Args;
use unlearn::network::DeviceName;

/// The device of a command.
#[derive(Args, Clone, Debug)]
pub struct DeviceArgs {
    #[arg(long, value_name = "NAME", default_value_t, help = help())]
    pub device: DeviceName,
}

/// What this build has cannot stand in a comment.
fn help() -> String {
    format!(
        "The device that does the work; this build has {}. Only flex, main memory, gives the same \
         bits on every run; others need a build with their feature (docs/devices.md)",
        DeviceName::built().join(", ")
    )
}
