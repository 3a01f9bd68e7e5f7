//! One set of tests for every device of this build.
//!
//! They run on all devices that are present; `UNLEARN_DEVICES`, names parted by
//! commas, says which ones must be.

mod audits;
mod class_means;
mod close;
mod enrolment;
mod fisher;
mod forgetting;
mod operations;
mod present;
mod training;
