//! What the models answer.

use super::{
    About, Audit, Context, Estimate, Evaluation, Figure, Finding, Good, Subject, Unit, confusions,
};

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
        let confusion = confusions(&[&subject.model], context.all_test, |_| {}).remove(0);
        let names = subject.model.metadata.classes.names();
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
            confusion: Some(confusion),
            ..Finding::default()
        }
    }

    fn compare(&self, context: &Context<'_>, findings: &mut [Finding]) {
        let accuracies = findings.iter().map(|finding| {
            let confusion = finding.confusion.iter().flatten().enumerate();
            let shares = confusion.map(|(class, row)| {
                let samples: usize = row.iter().sum();
                Estimate::share(row[class] as f64 / samples.max(1) as f64, samples)
            });
            shares.collect::<Vec<_>>()
        });
        let accuracies: Vec<Vec<Estimate>> = accuracies.collect();
        let names = context.before().model.metadata.classes.names();
        for (place, finding) in findings.iter_mut().enumerate().skip(1) {
            // A class without test images fell by nothing that anybody saw.
            let seen = |class: &&usize| accuracies[0][**class].interval.is_some();
            let drops = context.kept.iter().filter(seen).map(|&class| {
                let drop = accuracies[0][class].minus(accuracies[place][class]);
                (class, drop.times(100.0))
            });
            let worst = drops.max_by(|(_, a), (_, b)| a.value.total_cmp(&b.value));
            let Some((class, drop)) = worst else { continue };
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
