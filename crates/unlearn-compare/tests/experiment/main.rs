//! Experiments as their users meet them, on images that are drawn in a moment.

mod committed;
mod fisher;
mod killed;
mod refused;
mod results;
mod shared_out;
mod small;
