//! The library as its users meet it.

mod audits;
mod automatic;
mod conformance;
mod controls;
mod enrolment;
mod ensembles;
mod fisher;
mod layers;
mod readers;
mod same_bits;
mod shapes;
mod sign;
mod single_settings;
mod small;
mod together;
mod transplant;
mod zero_shot;
