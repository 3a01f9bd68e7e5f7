//! Make a trained image classifier forget whole classes.

pub mod audit;
pub mod checkpoint;
pub mod code;
pub mod fisher;
pub mod forget;
pub mod network;
pub mod train;

pub use unlearn_data as data;
