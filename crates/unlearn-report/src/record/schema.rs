//! Versions that every record carries.

/// Version of the records' keys and of their meaning.
pub const SCHEMA: u32 = 1;

/// Version of the program that made a record.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
