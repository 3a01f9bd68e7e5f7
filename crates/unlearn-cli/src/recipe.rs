//! The demonstration's recipe.

use unlearn::code::CodeKind;
use unlearn::network::Architecture;
use unlearn::train::{Schedule, TrainSettings};

/// The class that is forgotten.
pub const CLASS: &str = "triangle";

/// The network that is trained.
pub const ARCHITECTURE: Architecture = Architecture::Cnn { width: 16 };

/// How the network is trained. The seed is no secret here: everybody sees the
/// same demonstration.
///
/// The network ends in a mean over all pixels, so codes whose pixels are drawn
/// one by one look alike to it; normal codes in blocks of 4 pixels do not.
pub fn training() -> TrainSettings {
    TrainSettings {
        epochs: 8,
        batch_size: 32,
        learning_rate: 0.1,
        momentum: 0.9,
        weight_decay: 5e-4,
        schedule: Schedule::OneCycle,
        mix: 0.1,
        code_kind: CodeKind::Normal,
        code_block: 4,
        seed: 1,
        ..TrainSettings::default()
    }
}
