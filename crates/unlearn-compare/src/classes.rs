//! The sets of classes that are forgotten.

use crate::CompareError;
use crate::data_part::DataPart;
use crate::experiment::Original;
use crate::source::Source;

/// The sets of classes that are forgotten.
pub(crate) fn sets(
    original: &Original,
    data: &DataPart,
    source: &Source,
) -> Result<Vec<Vec<usize>>, CompareError> {
    let refuse = |reason: String| source.error(original.forget.span(), reason);
    let expected = "expected \"each\", or a list of classes or of lists of classes";
    let class = |value: &toml::Value| match value {
        toml::Value::String(name) => data
            .classes
            .find(name)
            .map_err(|error| refuse(error.to_string())),
        toml::Value::Integer(index) => {
            let found = data.classes.find(&index.to_string());
            found.map_err(|error| refuse(error.to_string()))
        }
        other => Err(refuse(format!("{expected}, found {other}"))),
    };
    let sets: Vec<Vec<usize>> = match original.forget.get_ref() {
        toml::Value::String(word) if word == "each" => {
            (0..data.classes.len()).map(|class| vec![class]).collect()
        }
        toml::Value::Array(sets) if !sets.is_empty() => {
            let sets = sets.iter().map(|set| match set {
                toml::Value::Array(classes) => classes.iter().map(class).collect(),
                one => Ok(vec![class(one)?]),
            });
            sets.collect::<Result<_, _>>()?
        }
        other => return Err(refuse(format!("{expected}, found {other}"))),
    };
    let mut found: Vec<Vec<usize>> = Vec::new();
    for mut set in sets {
        set.sort_unstable();
        set.dedup();
        let parts = [Some(&data.train), Some(&data.test), data.held_out.as_ref()];
        for images in parts.into_iter().flatten() {
            let labels = images.labels().iter();
            let of_set = labels
                .filter(|label| set.contains(&(**label as usize)))
                .count();
            let others = images.len() - of_set;
            if of_set == 0 || others == 0 {
                let names = data.classes.names();
                let names: Vec<&str> = set.iter().map(|class| &*names[*class]).collect();
                return Err(refuse(format!(
                    "expected images of the forgotten classes ({}) and of others in every part of the data, found \
                     {of_set} and {others}",
                    names.join(", ")
                )));
            }
        }
        let mut kept: Vec<u32> = data.train.labels().to_vec();
        kept.retain(|label| !set.contains(&(*label as usize)));
        kept.sort_unstable();
        kept.dedup();
        if original.retrained && kept.len() < 2 {
            return Err(refuse(format!(
                "expected two classes or more to train the retrained model with, found {}: `retrained = false` does \
                 without it",
                kept.len()
            )));
        }
        if found.contains(&set) {
            return Err(refuse(
                "expected different sets of classes, found one twice".to_owned(),
            ));
        }
        found.push(set);
    }
    Ok(found)
}
