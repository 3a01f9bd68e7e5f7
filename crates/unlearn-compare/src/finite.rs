//! Whether a model's numbers can be believed.

use unlearn::checkpoint::Model;

/// Whether all numbers of a model are finite: others cannot be stored.
pub(crate) fn is_finite(model: &Model) -> bool {
    let mut parameters = model.network.parameters().iter();
    parameters.all(|parameter| {
        let numbers = parameter.value.to_vec();
        numbers.iter().all(|number| number.is_finite())
    })
}
