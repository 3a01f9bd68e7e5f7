//! Test images that a result is held to.

use unlearn::audit::Evaluation;
use unlearn::checkpoint::Model;
use unlearn::data::{Dataset, Source};
use unlearn::forget::Request;
use unlearn_report::{CheckRecord, DataSummary};

use crate::args::CheckArgs;
use crate::data;

/// Test images that a result is held to.
pub struct Check {
    source: Source,
    data: Dataset,
    max_kept_drop: f64,
}

impl Check {
    /// Reads the images, if any are asked for.
    ///
    /// # Errors
    /// If they cannot be read, are not of the model's classes, or show no class
    /// that the request keeps.
    pub fn read(
        args: &CheckArgs,
        model: &Model,
        request: &Request,
    ) -> anyhow::Result<Option<Self>> {
        let Some(source) = &args.check_data else {
            return Ok(None);
        };
        let data = data::read_for(model, source, args.reading.options())?;
        data::refuse_unmeasurable(&data, source, &not_kept(request, &data))?;
        Ok(Some(Self {
            source: source.clone(),
            data,
            max_kept_drop: args.max_kept_drop,
        }))
    }

    /// Asks the model before and the one after the request.
    pub fn measure(&self, request: &Request, models: [&Model; 2]) -> CheckRecord {
        let names = self.data.classes.names();
        let not_kept = not_kept(request, &self.data);
        let confusions = data::ask(&models, &self.data);
        let [before, after] = [0, 1].map(|place| {
            let confusion = confusions[place].clone();
            Evaluation::from_confusion(confusion, names, &not_kept).kept_accuracy_percent
        });
        let confusion = confusions[1].clone();
        let asked = Evaluation::from_confusion(confusion, names, request.forgotten());
        CheckRecord {
            data: DataSummary::new(self.source.to_string(), &self.data),
            kept_accuracy_before_percent: before,
            kept_accuracy_after_percent: after,
            forgotten_error_percent: asked.forgotten_error_percent,
            drop_points: before - after,
            max_kept_drop: self.max_kept_drop,
        }
    }
}

/// The classes that a request forgets, and those that it does not speak of:
/// forgotten before, or never planted.
fn not_kept(request: &Request, data: &Dataset) -> Vec<usize> {
    let classes = 0..data.classes.len();
    classes
        .filter(|class| !request.kept().contains(class))
        .collect()
}
