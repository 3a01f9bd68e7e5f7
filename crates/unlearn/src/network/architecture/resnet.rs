//! Residual networks (He et al., "Deep Residual Learning for Image Recognition", 2016).

use crate::network::op::{Add, BatchNorm, Conv2d, GlobalAvgPool, Linear, Relu};
use crate::network::{Graph, GraphBuilder, NetworkError, ValueId};

/// ResNet-18 for small images, with torchvision's names: stem of one 3x3
/// convolution, four stages of two basic blocks with `width`, `2 width`,
/// `4 width`, `8 width` channels, mean of each channel, `fc`.
pub(super) fn build(
    input_shape: &[usize],
    width: usize,
    classes: usize,
) -> Result<Graph, NetworkError> {
    let (mut builder, input) = GraphBuilder::new(input_shape);
    let channels = input_shape.first().copied().unwrap_or(0);
    let mut value = builder.layer("conv1", Conv2d::new(channels, width, 3), &[input])?;
    value = builder.layer("bn1", BatchNorm::new(width), &[value])?;
    value = builder.apply(Relu, &[value])?;
    let mut inputs = width;
    for stage in 0..4 {
        let outputs = width << stage;
        for block in 0..2 {
            let stride = if stage > 0 && block == 0 { 2 } else { 1 };
            let name = format!("layer{}.{block}", stage + 1);
            value = basic_block(&mut builder, &name, value, [inputs, outputs], stride)?;
            inputs = outputs;
        }
    }
    value = builder.apply(GlobalAvgPool, &[value])?;
    builder.layer("fc", Linear::new(inputs, classes), &[value])?;
    Ok(builder.finish())
}

/// `relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x))`; the shortcut is a 1x1
/// convolution where the shape changes, else the identity.
fn basic_block(
    builder: &mut GraphBuilder,
    name: &str,
    input: ValueId,
    [inputs, outputs]: [usize; 2],
    stride: usize,
) -> Result<ValueId, NetworkError> {
    let layer = |suffix: &str| format!("{name}.{suffix}");
    let first = Conv2d::new(inputs, outputs, 3).with_stride(stride);
    let mut value = builder.layer(&layer("conv1"), first, &[input])?;
    value = builder.layer(&layer("bn1"), BatchNorm::new(outputs), &[value])?;
    value = builder.apply(Relu, &[value])?;
    value = builder.layer(&layer("conv2"), Conv2d::new(outputs, outputs, 3), &[value])?;
    value = builder.layer(&layer("bn2"), BatchNorm::new(outputs), &[value])?;
    let mut shortcut = input;
    if stride != 1 || inputs != outputs {
        let projection = Conv2d::new(inputs, outputs, 1).with_stride(stride);
        shortcut = builder.layer(&layer("downsample.0"), projection, &[input])?;
        shortcut = builder.layer(&layer("downsample.1"), BatchNorm::new(outputs), &[shortcut])?;
    }
    let sum = builder.apply(Add, &[value, shortcut])?;
    builder.apply(Relu, &[sum])
}
