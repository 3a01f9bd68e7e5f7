//! The recipe that a model was trained by, read back.

use std::path::Path;

use anyhow::Context;
use unlearn::train::{TrainParameters, TrainSettings};
use unlearn_report::TrainRecord;

/// The settings in the object that `train --json` printed. The seed is not among
/// them: it is a secret.
///
/// # Errors
/// If the file is not such an object.
pub fn read(path: &Path) -> anyhow::Result<TrainParameters> {
    let name = || path.display().to_string();
    let text =
        std::fs::read_to_string(path).with_context(|| format!("{}: cannot be read", name()))?;
    let expected = || format!("{}: expected the object that `train --json` prints", name());
    let record: TrainRecord = serde_json::from_str(&text).with_context(expected)?;
    let settings: TrainSettings =
        serde_json::from_value(record.settings.into()).with_context(expected)?;
    settings.check().with_context(name)
}
