//! Every combination of the values of some settings.

use toml::Spanned;

use crate::CompareError;
use crate::given::{Axes, Setting};
use crate::source::Source;

/// Every combination of one value per axis, the last axis (by name) changing fastest; of no axes the
/// empty one.
///
/// # Errors
/// If an axis has no value or one that is not finite, or its setting is given elsewhere too.
pub(crate) fn combinations(
    source: &Source,
    axes: &Axes,
    taken: &[&Spanned<String>],
) -> Result<Vec<Vec<Setting>>, CompareError> {
    let mut all = vec![Vec::new()];
    for (name, values) in axes {
        if values.get_ref().is_empty() {
            return Err(source.error(name.span(), "expected at least one value, found none"));
        }
        if taken.contains(&name) {
            let reason = "expected in one place, found in another table too";
            return Err(source.error(name.span(), reason));
        }
        let of_axis = values.get_ref().iter();
        let of_axis = of_axis.map(|value| Setting::new(source, name, value));
        let of_axis: Vec<Setting> = of_axis.collect::<Result<_, _>>()?;
        let longer = all.iter().flat_map(|before: &Vec<Setting>| {
            of_axis.iter().map(move |setting| {
                let mut combination = before.clone();
                combination.push(setting.clone());
                combination
            })
        });
        all = longer.collect();
    }
    Ok(all)
}
