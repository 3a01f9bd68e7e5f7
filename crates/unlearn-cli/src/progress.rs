//! Progress bars on stderr; none where stderr is not a terminal.

use std::fmt::Write;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use unlearn::train::Progress;
use unlearn::tune::Steps;

/// The bar of a training run: loss, accuracies, speed and time left.
#[derive(Debug)]
pub struct TrainingBar {
    bar: ProgressBar,
}

impl TrainingBar {
    /// A bar called `label`, for a session that starts with `done` of `samples`
    /// samples behind it.
    pub fn new(label: &str, done: usize, samples: usize) -> Self {
        // Two lines, so that all of it fits on a narrow terminal.
        let template =
            format!("{label} {{wide_bar}} {{percent:>3}} %  {{eta}} left\n{{msg}}  {{speed}}");
        let bar = bar(&template, samples);
        bar.set_position(done as u64);
        bar.reset_eta();
        Self { bar }
    }

    /// Shows where the run stands, `done` samples after its beginning.
    pub fn show(&self, progress: &Progress, done: usize) {
        self.bar.set_message(format!(
            "epoch {}/{}  loss {:.3}  accuracy {:.1} %  codes {:.1} %",
            progress.epoch + 1,
            progress.epochs,
            progress.loss,
            progress.accuracy_percent,
            progress.code_accuracy_percent,
        ));
        self.bar.set_position(done as u64);
    }
}

impl Drop for TrainingBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A bar for a known number of samples; it goes when it is dropped.
#[derive(Debug)]
pub struct SamplesBar {
    bar: ProgressBar,
}

impl SamplesBar {
    /// A bar called `label` for so many samples.
    pub fn new(label: &str, samples: usize) -> Self {
        let template = format!("{label} {{wide_bar}} {{pos}}/{{len}}  {{eta}} left");
        Self {
            bar: bar(&template, samples),
        }
    }

    /// Shows how many are done.
    pub fn show(&self, done: usize) {
        self.bar.set_position(done as u64);
    }
}

impl Drop for SamplesBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The bar of a method that goes step by step; it goes when it is dropped.
#[derive(Debug)]
pub struct StepsBar {
    bar: ProgressBar,
}

impl StepsBar {
    /// A bar called `label`; how many steps there are is told with each.
    pub fn new(label: &str) -> Self {
        let template = format!("{label} {{wide_bar}} {{pos}}/{{len}} steps  {{eta}} left");
        Self {
            bar: bar(&template, 0),
        }
    }

    /// Shows where the method stands.
    pub fn show(&self, steps: Steps) {
        self.bar.set_length(steps.all as u64);
        self.bar.set_position(steps.done as u64);
    }
}

impl Drop for StepsBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The bar of a comparison: cells done, what is being done, time left; it goes when it is dropped.
#[derive(Debug)]
pub struct CellsBar {
    bar: ProgressBar,
}

/// Into how many parts a cell is divided on the bar.
const PARTS: usize = 1000;

impl CellsBar {
    /// A bar; how many cells there are is told with each step.
    pub fn new() -> Self {
        let template = "{wide_bar} {percent:>3} %  {eta} left\n{msg}";
        Self {
            bar: bar(template, 0),
        }
    }

    /// Shows where the comparison stands. Time left is by cells: those that were done before do not
    /// count, and one that trains takes longer than others.
    pub fn show(&self, progress: &unlearn_compare::Progress<'_>) {
        let part = (progress.part * PARTS as f64) as usize;
        let position = (PARTS * progress.done + part) as u64;
        if self.bar.length() == Some(0) {
            self.bar.set_length((PARTS * progress.all) as u64);
            self.bar.set_position(position);
            self.bar.reset_eta();
        }
        self.bar.set_position(position);
        let (done, all, doing) = (progress.done, progress.all, progress.doing);
        self.bar.set_message(format!("{done}/{all} done  {doing}"));
    }
}

impl Drop for CellsBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A bar of audits, in steps of training; it goes when it is dropped.
#[derive(Debug)]
pub struct AuditBar {
    bar: ProgressBar,
}

impl AuditBar {
    /// A bar for so many steps in all.
    pub fn new(steps: usize) -> Self {
        let bar = bar(
            "auditing {wide_bar} {percent:>3} %  {eta} left\n{msg}",
            steps,
        );
        Self { bar }
    }

    /// Shows what is being asked of whom.
    pub fn begin(&self, audit: &str, model: &str) {
        self.bar.set_message(format!("{audit}: {model}"));
        self.bar.tick();
    }

    /// So many steps more are done.
    pub fn done(&self, steps: usize) {
        self.bar.inc(steps as u64);
    }

    /// So many steps need not be made.
    pub fn spared(&self, steps: usize) {
        let length = self.bar.length().unwrap_or(0);
        self.bar.set_length(length.saturating_sub(steps as u64));
    }
}

impl Drop for AuditBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn bar(template: &str, length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template(template)
        .unwrap_or_else(|error| unreachable!("our own templates are sound: {error}"))
        .with_key("speed", speed);
    // Draws nothing where stderr is not a terminal.
    let target = ProgressDrawTarget::stderr();
    ProgressBar::with_draw_target(Some(length as u64), target).with_style(style)
}

fn speed(state: &ProgressState, text: &mut dyn Write) {
    // Writing into the bar's own text cannot fail.
    let _ = write!(text, "{:.0} samples/s", state.per_sec());
}
