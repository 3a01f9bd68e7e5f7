//! Which of several graphics adapters.

use std::fmt;

/// One of the adapters that a graphics interface lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Adapter {
    /// The most powerful one; the environment variable
    /// `CUBECL_WGPU_DEFAULT_DEVICE` can name another.
    #[default]
    Best,
    /// A graphics card of its own, counted from 0.
    Card(usize),
    /// A driver that works on the processor (lavapipe).
    Processor,
}

impl Adapter {
    /// The adapter that stands behind the colon of a device's name.
    pub(super) fn parse(text: Option<&str>) -> Option<Self> {
        match text {
            None => Some(Self::Best),
            Some("cpu") => Some(Self::Processor),
            Some(index) => index.parse().ok().map(Self::Card),
        }
    }
}

/// What follows the interface's name: nothing, `:N` or `:cpu`.
impl fmt::Display for Adapter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Best => Ok(()),
            Self::Card(index) => write!(formatter, ":{index}"),
            Self::Processor => formatter.write_str(":cpu"),
        }
    }
}
