//! Enrolments that other commands than `enrol` write.

use unlearn::checkpoint::{Model, OutputFile};
use unlearn::code::Codebook;
use unlearn::enrol::Enrolment;

use crate::progress::SamplesBar;

/// Enrols a model and writes what was found.
///
/// # Errors
/// If the model has more classes than an enrolment holds, or the system refuses.
pub fn write(model: &Model, codes: &Codebook, file: OutputFile) -> anyhow::Result<()> {
    let bar = SamplesBar::new("enrolling classes", model.metadata.planted().len());
    let enrolment = Enrolment::new(model, codes, |done| bar.show(done))?;
    drop(bar);
    store(&enrolment, model, file)
}

/// Writes the enrolment of a model that came about from another: what stays the same
/// is taken over, all else is found out anew.
///
/// # Errors
/// As [`write()`].
pub fn write_next(
    known: Option<&Enrolment>,
    [before, after]: [&Model; 2],
    codes: &Codebook,
    file: OutputFile,
) -> anyhow::Result<()> {
    match known.and_then(|known| known.carried_over(before, after)) {
        Some(enrolment) => store(&enrolment, after, file),
        None => write(after, codes, file),
    }
}

fn store(enrolment: &Enrolment, model: &Model, mut file: OutputFile) -> anyhow::Result<()> {
    enrolment.fill(model, &mut file)?;
    Ok(file.finish()?)
}
