//! The mnemonic perturbation: what moves (scope, part), which way and how far
//! (perturbation, candidate, strength), in one shot or class after class.

mod automatic;
mod candidate;
mod eta;
mod from_totals;
#[expect(
    clippy::module_inception,
    reason = "the type gives the folder its name"
)]
mod mnemonic;
mod moves;
mod one_shot;
mod part;
mod passes;
mod permuted;
mod perturbation;
mod ratios;
mod scope;
mod sign;
mod strength;
mod with_images;

use automatic::automatic;
pub use candidate::{Candidate, Sign};
pub use eta::eta;
use from_totals::perturbation_from_totals;
pub use mnemonic::{Mnemonic, MnemonicSettings};
use moves::{Moves, Strength, Trial, changed_percent};
use one_shot::one_shot;
use part::Part;
pub use permuted::PermutedEta;
pub use perturbation::Perturbation;
pub use scope::Scope;
use sign::move_the_better_way;
use strength::{Aim, forget_one, goal};
pub use with_images::MnemonicWithImages;
