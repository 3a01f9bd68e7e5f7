//! `shapes`, an artificial set: coloured figures at random places, sizes and turns, before clutter and under noise.

mod canvas;
mod figure;
mod sample;
mod set;

pub use set::{TEST_PER_CLASS, TRAIN_PER_CLASS, draw};
