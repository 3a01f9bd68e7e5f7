//! What the classifier layer sees of the codes.

use crate::code::Codebook;
use crate::enrol::Enrolment;
use crate::forget::Context;
use crate::network::{Network, Value};

/// The features of the codes of some classes, `[classes, ..]`: those that an enrolment holds, else
/// by one forward pass of `body`, the network before its classifier layer.
pub fn code_features(
    context: Context<'_>,
    codes: &Codebook,
    body: &Network,
    classes: &[usize],
) -> Value {
    let known = context.enrolment.and_then(Enrolment::features);
    let known = known.and_then(|known| known.codes_of(classes, body.device()));
    known.unwrap_or_else(|| codes.ask(body, classes))
}
