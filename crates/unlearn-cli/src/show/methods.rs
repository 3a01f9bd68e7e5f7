//! The methods that there are.

use unlearn::forget::Need;
use unlearn_report::{MethodRecord, MethodsRecord};

use crate::table::words;

/// A line per method: what it needs, what it does, where it comes from.
pub fn methods(record: &MethodsRecord) -> String {
    let rows = record.methods.iter().map(|method| {
        let summary = method.summary.clone();
        vec![
            method.name.clone(),
            needs(method),
            method.source.clone(),
            summary,
        ]
    });
    words(&["method", "needs", "source", "what it does"], rows)
}

fn needs(method: &MethodRecord) -> String {
    let has = |need| method.needs.contains(&need);
    let images = match [Need::KeptImages, Need::ForgottenImages].map(has) {
        [true, true] => Some("all images"),
        [true, false] => Some("kept images"),
        [false, true] => Some("forgotten images"),
        [false, false] => None,
    };
    let codes = has(Need::Codes).then_some("codes");
    let recipe = has(Need::Recipe).then_some("recipe");
    let needs: Vec<&str> = [codes, images, recipe].into_iter().flatten().collect();
    match needs.is_empty() {
        true => "nothing".to_owned(),
        false => needs.join(", "),
    }
}
