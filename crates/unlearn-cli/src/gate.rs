//! Whether a model that forgot may be written.

use unlearn::checkpoint::Model;
use unlearn::forget::{Gate, Outcome, Request};
use unlearn_report::GateRecord;

use crate::check::Check;

/// What codes and test images say of an outcome; none if neither is to be asked.
pub fn verdict(
    max_kept_loss: Option<f64>,
    check: Option<&Check>,
    before: &Model,
    request: &Request,
    outcome: &Outcome,
) -> Option<GateRecord> {
    if max_kept_loss.is_none() && check.is_none() {
        return None;
    }
    let mut breaches = Vec::new();
    if let Some(max_kept_loss) = max_kept_loss {
        let found = Gate { max_kept_loss }.breaches(request, outcome);
        breaches.extend(found.iter().map(ToString::to_string));
    }
    let check = check.map(|check| check.measure(request, [before, &outcome.model]));
    breaches.extend(check.iter().filter_map(|check| check.breach()));
    Some(GateRecord {
        max_kept_loss,
        kept_loss_rise: outcome.kept_loss_rise(),
        check,
        passed: breaches.is_empty(),
        breaches,
    })
}

/// Says on stderr what is wrong with a result that did not pass.
pub fn report(gate: &GateRecord) {
    eprintln!("the result did not pass; nothing was written:");
    for breach in &gate.breaches {
        eprintln!("  {breach}");
    }
}
