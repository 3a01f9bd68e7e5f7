//! How an original is trained.

use serde_json::{Value as Json, json};
use unlearn::code::CodeKind;
use unlearn::train::TrainSettings;

use crate::CompareError;
use crate::experiment::Original;
use crate::given::{Setting, built, settings};
use crate::source::Source;

/// How an original is trained; its seed is set later.
pub(crate) fn recipe(
    original: &Original,
    variation: &[Setting],
    source: &Source,
) -> Result<TrainSettings, CompareError> {
    let mut given = settings(source, &original.training)?;
    given.extend_from_slice(variation);
    if let Some(seed) = given.iter().find(|setting| setting.name == "seed") {
        let reason = "expected no seed here, found one: `seeds` are those of all originals";
        return Err(source.error(seed.span.clone(), reason));
    }
    let kind = CodeKind::suited_to(original.network.get_ref());
    built(source, &given, original.name.span(), |mut settings| {
        let kind = || json!(kind);
        settings.entry("code_kind").or_insert_with(kind);
        let settings: TrainSettings =
            serde_json::from_value(Json::Object(settings)).map_err(|error| error.to_string())?;
        settings
            .clone()
            .check()
            .map_err(|error| error.to_string())?;
        Ok(settings)
    })
}
