//! An autoencoder per class, of which the best answers (after Yan et al., "ARCANE", 2022).

use super::{Activation, mlp};
use crate::network::op::Reconstruction;
use crate::network::{Graph, GraphBuilder, NetworkError};

/// An autoencoder `classes.3` for each class there is, and their errors of reconstruction, in
/// classes' own standards, as logits.
pub(super) fn build(
    input_shape: &[usize],
    hidden: &[usize],
    known: &[usize],
    classes: usize,
) -> Result<Graph, NetworkError> {
    let autoencoder = autoencoder(input_shape, hidden)?;
    let (mut builder, input) = GraphBuilder::new(input_shape);
    let mut values = vec![input];
    for class in known {
        values.push(builder.embed(&format!("classes.{class}"), &autoencoder, input)?);
    }
    let known = known.to_vec();
    builder.layer("score", Reconstruction { classes, known }, &values)?;
    Ok(builder.finish())
}

/// `flatten - fc1 - relu - fc2 - ... - as many numbers as the input has`.
pub(crate) fn autoencoder(input_shape: &[usize], hidden: &[usize]) -> Result<Graph, NetworkError> {
    let numbers = input_shape.iter().product();
    mlp::build(input_shape, hidden, Activation::Relu, numbers)
}
