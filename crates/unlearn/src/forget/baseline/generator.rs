//! A network that makes images out of noise.

use rand::Rng;
use rand_distr::StandardNormal;

use crate::network::op::{BatchNorm, Conv2d, LeakyRelu, Linear, Unflatten, Upsample};
use crate::network::{Device, Graph, GraphBuilder, NetworkError, Value};

/// Length of the noise that an image is made of.
const LATENT: usize = 128;
/// Channels within the generator.
const CHANNELS: [usize; 2] = [128, 64];

/// A generator of images `[channels, height, width]` (Chundawat et al., IEEE TIFS 2023): noise to
/// planes of a quarter of the size, twice enlarged and convolved, batch normalisation throughout.
///
/// # Errors
/// If height and width are no multiples of 4.
pub fn generator([channels, height, width]: [usize; 3]) -> Result<Graph, NetworkError> {
    let (mut builder, noise) = GraphBuilder::new(&[LATENT]);
    let [wide, narrow] = CHANNELS;
    let shape = vec![wide, height / 4, width / 4];
    let elements = shape.iter().product();
    let mut value = builder.layer("planes", Linear::new(LATENT, elements), &[noise])?;
    value = builder.apply(Unflatten { shape }, &[value])?;
    value = builder.layer("bn0", BatchNorm::new(wide), &[value])?;
    for (stage, [inputs, outputs]) in [[wide, wide], [wide, narrow]].into_iter().enumerate() {
        let conv = Conv2d {
            bias: true,
            ..Conv2d::new(inputs, outputs, 3)
        };
        value = builder.apply(Upsample { factor: 2 }, &[value])?;
        value = builder.layer(&format!("conv{}", stage + 1), conv, &[value])?;
        let norm = BatchNorm::new(outputs);
        value = builder.layer(&format!("bn{}", stage + 1), norm, &[value])?;
        value = builder.apply(LeakyRelu { slope: 0.2 }, &[value])?;
    }
    let conv = Conv2d {
        bias: true,
        ..Conv2d::new(narrow, channels, 3)
    };
    value = builder.layer("conv3", conv, &[value])?;
    builder.layer("bn3", BatchNorm::new(channels), &[value])?;
    Ok(builder.finish())
}

/// Noise for so many images, `[count, LATENT]` from N(0, 1).
pub fn latent(count: usize, random: &mut impl Rng, device: &Device) -> Value {
    let numbers = (0..count * LATENT).map(|_| random.sample(StandardNormal));
    Value::from_vec(numbers.collect(), &[count, LATENT], device)
}
