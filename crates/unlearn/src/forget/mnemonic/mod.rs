//! The mnemonic perturbation: what moves (scope, part), which way and how far
//! (perturbation, candidate, strength), in one shot or class after class.

mod automatic;
mod candidate;
#[expect(
    clippy::module_inception,
    reason = "the type gives the folder its name"
)]
mod mnemonic;
mod one_shot;
mod part;
mod perturbation;
mod scope;
mod strength;

use automatic::automatic;
pub use candidate::{Candidate, Sign};
pub use mnemonic::{Mnemonic, MnemonicSettings};
use one_shot::one_shot;
use part::Part;
pub use perturbation::{Perturbation, eta};
pub use scope::Scope;
use strength::{Aim, changed_percent, forget_one, goal};
