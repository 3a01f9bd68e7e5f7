//! Small convolutional network.

use crate::network::op::{BatchNorm, Conv2d, GlobalAvgPool, Linear, MaxPool, Relu, Window};
use crate::network::{Graph, GraphBuilder, NetworkError};

/// `conv1 - bn1 - relu - pool - conv2 - bn2 - relu - pool - conv3 - bn3 - relu -
/// mean of each channel - fc`, with `width`, `2 width`, `2 width` channels.
pub(super) fn build(
    input_shape: &[usize],
    width: usize,
    classes: usize,
) -> Result<Graph, NetworkError> {
    let (mut builder, mut value) = GraphBuilder::new(input_shape);
    let mut channels = input_shape.first().copied().unwrap_or(0);
    for (index, outputs) in [width, 2 * width, 2 * width].into_iter().enumerate() {
        if index > 0 {
            let window = Window::square(2);
            value = builder.apply(MaxPool { window }, &[value])?;
        }
        let (conv, norm) = (format!("conv{}", index + 1), format!("bn{}", index + 1));
        value = builder.layer(&conv, Conv2d::new(channels, outputs, 3), &[value])?;
        value = builder.layer(&norm, BatchNorm::new(outputs), &[value])?;
        value = builder.apply(Relu, &[value])?;
        channels = outputs;
    }
    value = builder.apply(GlobalAvgPool, &[value])?;
    builder.layer("fc", Linear::new(channels, classes), &[value])?;
    Ok(builder.finish())
}
