//! What a file holds.

use serde_json::Value as Json;
use unlearn::data::Digest;
use unlearn::network::op::Vote;
use unlearn::network::{Activation, Architecture};
use unlearn_report::{FileContent, InspectRecord, with_methods};

use super::count;
use crate::table::{grid, pairs};

/// The file's description, and a model's parameters.
pub fn inspect(record: &InspectRecord) -> String {
    let digest = |digest: &Option<Digest>| digest.map_or("unknown".to_owned(), |d| d.to_string());
    let mut rows = vec![("file", record.file.clone())];
    let mut rest = String::new();
    match &record.content {
        FileContent::Model {
            architecture,
            input_shape,
            classes,
            forgotten,
            forgotten_by,
            unplanted,
            normalization,
            model_digest,
            origin_digest,
            data_digest,
            parameters_total,
            parameters,
        } => {
            rows.push(("kind", "model".to_owned()));
            rows.push(("architecture", described(architecture)));
            rows.push(("input shape", shape(input_shape)));
            rows.push(("classes", listed(classes)));
            if !forgotten.is_empty() {
                rows.push(("forgotten", listed(&with_methods(forgotten, forgotten_by))));
                rows.push(("made from", digest(origin_digest)));
            }
            if !unplanted.is_empty() {
                rows.push(("codes not planted", listed(unplanted)));
            }
            rows.push(("mean", format!("{:?}", normalization.mean)));
            rows.push(("deviation", format!("{:?}", normalization.std)));
            rows.push(("parameters", count(*parameters_total)));
            rows.push(("digest of weights", model_digest.to_string()));
            rows.push(("digest of data", digest(data_digest)));
            let parameters = parameters.iter().map(|parameter| {
                let role = if parameter.trained {
                    "parameter"
                } else {
                    "buffer"
                };
                vec![
                    parameter.name.clone(),
                    shape(&parameter.shape),
                    role.to_owned(),
                ]
            });
            rest = format!("\n{}", grid(&["tensor", "shape", "kind"], parameters));
        }
        FileContent::Codes {
            distribution,
            block,
            seed_digest,
            shape: code_shape,
            classes,
            spare_units,
            class_means,
            reaches,
            model_digest,
        } => {
            rows.push(("kind", "codes (keep secret)".to_owned()));
            rows.push(("distribution", format!("{distribution:?}").to_lowercase()));
            rows.push(("block", block.to_string()));
            rows.push(("shape", shape(code_shape)));
            rows.push(("classes", listed(classes)));
            rows.push(("spare units", count(*spare_units)));
            let means = class_means.map_or("none".to_owned(), |[inputs, features]| {
                format!(
                    "of {} inputs and {} features",
                    count(inputs),
                    count(features)
                )
            });
            rows.push(("class means", means));
            if !reaches.is_empty() {
                rows.push(("features may move", reach(classes, reaches)));
            }
            rows.push(("digest of model", model_digest.to_string()));
            rows.push(("digest of seed", seed_digest.to_string()));
        }
        FileContent::Enrolment {
            whole,
            classes,
            has_totals,
            codes_digest,
            model_digest,
        } => {
            let kind = match whole {
                true => "enrolment (keep secret)",
                false => "part of an enrolment (keep secret)",
            };
            let reach = match has_totals {
                true => "the whole network",
                false => "the classifier layer",
            };
            rows.push(("kind", kind.to_owned()));
            rows.push(("classes", count(*classes)));
            rows.push(("serves moves of", reach.to_owned()));
            rows.push(("digest of model", model_digest.to_string()));
            rows.push(("digest of codes", codes_digest.to_string()));
        }
        FileContent::Training {
            architecture,
            input_shape,
            classes,
            step,
            data_digest,
            settings,
        } => {
            let kind = "interrupted training run (holds the secret seed)";
            rows.push(("kind", kind.to_owned()));
            rows.push(("architecture", described(architecture)));
            rows.push(("input shape", shape(input_shape)));
            rows.push(("classes", listed(classes)));
            rows.push(("steps done", count(*step)));
            rows.push((
                "epochs in all",
                settings
                    .get("epochs")
                    .map_or(String::new(), Json::to_string),
            ));
            rows.push(("digest of data", data_digest.to_string()));
        }
    }
    rows.push(("digest of file", record.file_digest.to_string()));
    format!("{}{rest}", pairs(&rows))
}

fn described(architecture: &Architecture) -> String {
    match architecture {
        Architecture::Mlp { hidden, activation } => {
            let activation = match activation {
                Activation::Sigmoid => "sigmoid",
                Activation::Relu => "relu",
            };
            format!("mlp, hidden {hidden:?}, {activation}")
        }
        Architecture::Cnn { width } | Architecture::Resnet18 { width } => {
            format!("{}, width {width}", architecture.name())
        }
        Architecture::Sisa {
            member,
            shards,
            class_shards,
            vote,
        } => {
            let vote = match vote {
                Vote::OneHot => "one vote each",
                Vote::Softmax => "mean softmax",
            };
            let held = match class_shards == shards {
                true => "each class in all".to_owned(),
                false => format!("each class in {class_shards}"),
            };
            format!(
                "sisa, {shards} shards, {held}, {vote}; each {}",
                described(member)
            )
        }
        Architecture::Arcane { hidden, known } => {
            let hidden: Vec<String> = hidden.iter().map(ToString::to_string).collect();
            format!(
                "arcane, {} autoencoders, hidden {}",
                known.len(),
                hidden.join(",")
            )
        }
    }
}

fn shape(sizes: &[usize]) -> String {
    let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
    format!("[{}]", sizes.join(", "))
}

/// At most ten names, so that a thousand classes do not flood the terminal.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 10;
    match names.len() {
        count if count <= SHOWN => names.join(", "),
        count => format!("{} and {} more", names[..SHOWN].join(", "), count - SHOWN),
    }
}

/// How far the features of the classes may go, in words.
fn reach(classes: &[String], reaches: &[f64]) -> String {
    let held = classes.iter().zip(reaches);
    let mut held: Vec<_> = held.filter(|(_, reach)| **reach < 1.0).collect();
    held.sort_by(|(_, one), (_, other)| one.total_cmp(other));
    match held[..] {
        [] => "all the way".to_owned(),
        [(name, reach), ..] => format!(
            "all the way for {} of {} classes; least for {name}: {:.0} %",
            classes.len() - held.len(),
            classes.len(),
            100.0 * reach
        ),
    }
}
