//! Whether methods get what they need.

use unlearn::forget::Need;
use unlearn::train::TrainSettings;

use crate::experiment::Original;
use crate::rows::entry;
use crate::{CompareError, Experiment};

/// Refuses methods that need what the experiment does not give.
pub(crate) fn check_needs(
    experiment: &Experiment,
    original: &Original,
    training: &TrainSettings,
) -> Result<(), CompareError> {
    let Experiment { source, file } = experiment;
    let mut given = vec![Need::Recipe];
    given.extend(file.images.needs_met());
    if training.mix > 0.0 {
        given.push(Need::Codes);
    }
    for table in file.method.get_ref() {
        let table = table.get_ref();
        let name = original.name.get_ref();
        let is_on = |on: &Vec<toml::Spanned<String>>| on.iter().any(|on| on.get_ref() == name);
        if !table.on.as_ref().is_none_or(is_on) {
            continue;
        }
        let needs = entry(source, table)?.needs.iter();
        let missing: Vec<String> = needs
            .filter(|need| !given.contains(need))
            .map(ToString::to_string)
            .collect();
        if !missing.is_empty() {
            let reason = format!(
                "`{}` needs {}, which the experiment does not give it on `{name}`: see `images`, and `mix` of \
                 the training",
                table.method.get_ref(),
                missing.join(", ")
            );
            return Err(source.error(table.method.span(), reason));
        }
    }
    Ok(())
}
