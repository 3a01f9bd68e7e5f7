//! Settings that may be shown.

use serde_json::{Map, Value as Json};
use unlearn::train::TrainSettings;

/// All settings of a training run but the seed: whoever knows it can draw the
/// codes again.
pub fn public_settings(settings: &TrainSettings) -> Map<String, Json> {
    match serde_json::to_value(settings) {
        Ok(Json::Object(mut settings)) => {
            settings.remove("seed");
            settings
        }
        other => unreachable!("settings are written as an object, not as {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_is_left_out_and_nothing_else() {
        let settings = TrainSettings::default();
        let shown = public_settings(&settings);
        let all = serde_json::to_value(&settings).unwrap();
        assert_eq!(shown.len() + 1, all.as_object().unwrap().len());
        assert!(shown.contains_key("learning_rate") && !shown.contains_key("seed"));
    }
}
