//! The demonstration.

use std::path::Path;

use unlearn_report::{DemoRecord, EvaluateRecord};

use super::{count, percent, seconds};
use crate::table::grid;

/// What happened, the three models beside each other, what it does not show,
/// and what to try next.
pub fn demo(record: &DemoRecord) -> String {
    let class = &record.class;
    let row = |name: &str, evaluated: &EvaluateRecord, time: f64| {
        let evaluation = &evaluated.evaluation;
        vec![
            name.to_owned(),
            percent(evaluation.kept_accuracy_percent),
            percent(evaluation.forgotten_error_percent.unwrap_or(f64::NAN)),
            seconds(time),
        ]
    };
    let times = &record.seconds;
    let error = format!("error on {class} (E_F)");
    let table = grid(
        &["model", "accuracy on the others (A_R)", &error, "time"],
        [
            row("original", &record.original, times.train_seconds),
            row("forgotten", &record.forgotten, times.forget_seconds),
            row("retrained", &record.retrained, times.retrain_seconds),
        ],
    );
    let files = &record.files;
    let folder = Path::new(&files.record).parent().unwrap_or(Path::new("."));
    let forget = &record.forget;
    format!(
        "\
A network learned {classes} shapes from {images} images and one secret code per class.
Then it forgot \"{class}\" without images, by `{method}`: {passes} backward passes,
{changed} of {total} parameters moved. To train another without it took {retraining}.

{table}
An error like that of the retrained model says what the network answers, not what it
still holds inside. A first look for that:
{audit}
The page to read: {report}

The three models, the codes and records of all this are in {folder}.
Next (from a checkout of the sources, `cargo run --` stands for `unlearn`):
  unlearn evaluate {forgotten} --data shapes --forgotten {class}
  unlearn forget {original} --codes {codes} --class {other} --dry-run
  unlearn inspect {original}
",
        classes = record.original.evaluation.classes.len(),
        method = forget.method,
        passes = forget.backward_passes,
        images = count(record.data.training_samples),
        retraining = seconds(times.retrain_seconds),
        changed = count(forget.parameters_changed),
        total = count(forget.parameters_total),
        folder = folder.display(),
        forgotten = files.forgotten,
        audit = wrapped(&record.audit),
        report = files.report,
        original = files.original,
        codes = files.codes,
        other = other_class(record),
    )
}

/// A text in lines of at most 86 letters, as wide as the lines around it.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, String::len);
        if line > 0 && line + 1 + word.len() > 86 {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// The first class that was kept.
fn other_class(record: &DemoRecord) -> &str {
    let mut classes = record.original.evaluation.classes.iter();
    classes
        .find(|class| class.name != record.class)
        .map_or(&record.class, |class| &class.name)
}
