//! The demonstration's recipe.

use serde_json::{Map, Value as Json, json};
use unlearn::network::Architecture;
use unlearn::train::{Schedule, TrainSettings};

/// The class that is forgotten.
pub const CLASS: &str = "circle";

/// The network that is trained.
pub const ARCHITECTURE: Architecture = Architecture::Cnn { width: 16 };

/// How it is trained. The seed is no secret here: everybody sees the same
/// demonstration.
pub fn training() -> TrainSettings {
    TrainSettings {
        epochs: 8,
        batch_size: 64,
        learning_rate: 0.05,
        momentum: 0.9,
        weight_decay: 5e-4,
        schedule: Schedule::OneCycle,
        mix: 0.1,
        seed: 1,
        ..TrainSettings::default()
    }
}

/// How the class is forgotten.
pub fn forgetting() -> Map<String, Json> {
    Map::from_iter([
        ("lambda1".to_owned(), json!(1e-3)),
        ("lambda2".to_owned(), json!(10.0)),
        ("scope".to_owned(), json!("classifier")),
    ])
}
