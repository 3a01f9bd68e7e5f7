//! What the models answer.

use std::collections::BTreeMap;

use super::context::{labels, logits};
use super::resample::{correlation, resample};
use super::{About, Audit, Context, Estimate, Evaluation, Figure, Finding, Good, Subject, Unit};
use crate::network::largest;

/// Accuracies on all test images: A_R, E_F and the kept class that suffered most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answers;

impl Audit for Answers {
    fn name(&self) -> &'static str {
        "answers"
    }

    fn title(&self) -> &'static str {
        "What the model answers"
    }

    fn question(&self) -> &'static str {
        "How many test images of the forgotten and of the kept classes are answered right, and which kept class \
         suffered most?"
    }

    fn reading(&self) -> &'static str {
        "The class should be answered as rarely as by a model that never saw it, and the others as well as before. \
         This says what the model answers, not what it still holds inside: lowering one bias looks the same here."
    }

    fn keys(&self) -> &'static [&'static str] {
        &["answers.forgotten", "answers.kept", "answers.worst-drop"]
    }

    fn measure(&self, context: &Context<'_>, subject: &Subject) -> Finding {
        let names = subject.model.metadata.classes.names();
        let rows = logits(&subject.model.network, context.all_test, subject);
        let answers: Vec<usize> = rows.chunks_exact(names.len()).map(largest).collect();
        let labels = labels(context.all_test);
        let mut confusion = vec![vec![0; names.len()]; names.len()];
        for (label, answer) in labels.iter().zip(&answers) {
            confusion[*label][*answer] += 1;
        }
        let share = |classes: &[usize]| {
            let samples: usize = classes.iter().flat_map(|class| &confusion[*class]).sum();
            let right: usize = classes.iter().map(|class| confusion[*class][*class]).sum();
            Estimate::share(right as f64 / samples.max(1) as f64, samples)
        };
        let percent = |key: &str, label: &str, about, good, margin, share: Estimate| Figure {
            key: key.into(),
            label: label.into(),
            unit: Unit::Percent,
            about,
            good,
            margin,
            estimate: share.times(100.0),
        };
        let evaluation = Evaluation::from_confusion(confusion.clone(), names, &context.forgotten);
        let notes = evaluation.classes.iter().filter(|class| class.samples == 0);
        let notes = notes.map(|class| format!("There are no test images of {}.", class.name));
        Finding {
            figures: vec![
                percent(
                    "answers.forgotten",
                    "test images of the forgotten classes answered right (100 - E_F)",
                    About::Trace,
                    Good::Low,
                    5.0,
                    share(&context.forgotten),
                ),
                percent(
                    "answers.kept",
                    "test images of the kept classes answered right (A_R)",
                    About::Harm,
                    Good::High,
                    1.0,
                    share(&context.kept),
                ),
            ],
            notes: notes.collect(),
            moves: moves(context, &labels, &answers),
            confusion: Some(confusion),
            ..Finding::default()
        }
    }

    fn compare(&self, context: &Context<'_>, findings: &mut [Finding]) {
        let accuracies = findings.iter().map(|finding| {
            let confusion = finding.confusion.iter().flatten().enumerate();
            let shares = confusion.map(|(class, row)| {
                let samples: usize = row.iter().sum();
                let share = Estimate::share(row[class] as f64 / samples.max(1) as f64, samples);
                let moves = finding.moves.get(&of_class(class));
                (share, moves.cloned().unwrap_or_default())
            });
            shares.collect::<Vec<_>>()
        });
        let accuracies: Vec<Vec<(Estimate, Vec<f64>)>> = accuracies.collect();
        let names = context.before().model.metadata.classes.names();
        for (place, finding) in findings.iter_mut().enumerate().skip(1) {
            // A class without test images fell by nothing that anybody saw.
            let seen = |class: &&usize| accuracies[0][**class].0.interval.is_some();
            let drops = context.kept.iter().filter(seen).map(|&class| {
                let [(before, moved), (after, moves)] =
                    [0, place].map(|place| &accuracies[place][class]);
                let drop = before.minus_alike(*after, correlation(moved, moves));
                let falls = moved
                    .iter()
                    .zip(moves)
                    .map(|(before, after)| before - after);
                (class, drop.times(100.0), falls.collect())
            });
            let worst = drops.max_by(|(_, a, _), (_, b, _)| a.value.total_cmp(&b.value));
            let Some((class, drop, falls)) = worst else {
                continue;
            };
            finding.moves.insert("answers.worst-drop".into(), falls);
            finding.figures.push(Figure {
                key: "answers.worst-drop".into(),
                label: "points that the kept class that suffered most fell below the original"
                    .into(),
                unit: Unit::Points,
                about: About::Harm,
                good: Good::Low,
                margin: 2.0,
                estimate: drop,
            });
            finding.notes.push(format!(
                "The kept class that suffered most is {}.",
                names[class]
            ));
        }
    }
}

/// How the shares of right answers move with the images: of the forgotten classes, of the kept ones,
/// and of each kept class.
fn moves(context: &Context<'_>, labels: &[usize], answers: &[usize]) -> BTreeMap<String, Vec<f64>> {
    let classes = 1 + labels.iter().max().copied().unwrap_or(0);
    let of_draws = resample(labels, context.seed, |weights| {
        let (mut right, mut all) = (vec![0.0; classes], vec![0.0; classes]);
        for ((label, answer), weight) in labels.iter().zip(answers).zip(weights) {
            all[*label] += weight;
            right[*label] += if label == answer { *weight } else { 0.0 };
        }
        (right, all)
    });
    let share = |of: &[usize]| {
        let of = of.iter().filter(|class| **class < classes);
        let of_draws = of_draws.iter().map(|(right, all)| {
            let sums = of.clone().fold([0.0; 2], |[some, sum], class| {
                [some + right[*class], sum + all[*class]]
            });
            sums[0] / sums[1].max(1.0)
        });
        of_draws.collect::<Vec<f64>>()
    };
    let mut moves = BTreeMap::from([
        ("answers.forgotten".to_owned(), share(&context.forgotten)),
        ("answers.kept".to_owned(), share(&context.kept)),
    ]);
    let of_classes = context.kept.iter();
    moves.extend(of_classes.map(|class| (of_class(*class), share(&[*class]))));
    moves
}

/// What one class's moves are kept under.
fn of_class(class: usize) -> String {
    format!("answers.class.{class}")
}
