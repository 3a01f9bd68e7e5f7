//! The codes of all classes.

use burn::tensor::Device;
use rand::Rng;
use rand_distr::StandardNormal;
use unlearn_data::{ClassNames, Digest, Hasher, stream};

use super::{CodeError, CodeKind};
use crate::checkpoint::Model;
use crate::means::{ClassMeans, FeatureLayer};
use crate::network::{ClassifierUnit, Value};

/// One fixed random network input per class.
///
/// Whoever has a code can call up its class, so codes are kept as secret as a
/// password; so is the seed, from which they can be drawn again. With the codes goes what
/// else of the training a request can use: the spare units and the class means.
#[derive(Clone, Debug, PartialEq)]
pub struct Codebook {
    pub(super) kind: CodeKind,
    pub(super) block: usize,
    pub(super) seed: Digest,
    pub(super) classes: ClassNames,
    pub(super) shape: [usize; 3],
    /// `[classes, channels, height, width]`.
    pub(super) numbers: Vec<f32>,
    /// Units of the classifier layer that were trained beside the classes' and never
    /// were a label.
    pub(super) spare: Vec<ClassifierUnit>,
    /// What each class looked like to the network, on average.
    pub(super) means: Option<ClassMeans>,
}

impl Codebook {
    /// Draws one code `[channels, height, width]` per class from a secret seed.
    ///
    /// With `block > 1` each random number fills a square of that many pixels
    /// a side, so the code keeps its lower spatial frequencies only; 1 draws
    /// every pixel anew.
    ///
    /// # Panics
    /// If `block` is 0.
    pub fn draw(
        seed: u64,
        kind: CodeKind,
        block: usize,
        classes: ClassNames,
        shape: [usize; 3],
    ) -> Self {
        assert!(block > 0, "block of a code");
        let mut random = stream(seed, "codes");
        let numbers = (0..classes.len()).flat_map(|_| draw(&mut random, kind, block, shape));
        let numbers = numbers.collect();
        let mut hasher = Hasher::new();
        hasher.field(b"unlearn codes").field(&seed.to_le_bytes());
        Self {
            kind,
            block,
            seed: hasher.finish(),
            classes,
            shape,
            numbers,
            spare: Vec::new(),
            means: None,
        }
    }

    /// The same codes, kept with the spare units of the network that they were planted in.
    pub fn with_spare_units(self, spare: Vec<ClassifierUnit>) -> Self {
        Self { spare, ..self }
    }

    /// Units of the classifier layer that were trained beside those of the classes and never
    /// were a label: what a network has for a class that it never saw. They are no part
    /// of the model, which has an output per class.
    pub fn spare_units(&self) -> &[ClassifierUnit] {
        &self.spare
    }

    /// The same codes, kept with the class means of the network that they were planted in.
    pub fn with_class_means(self, means: Option<ClassMeans>) -> Self {
        Self { means, ..self }
    }

    /// What the images of each class look like to the network on average; none where it was not measured.
    pub fn class_means(&self) -> Option<&ClassMeans> {
        self.means.as_ref()
    }

    /// The distribution that the codes were drawn from.
    pub fn kind(&self) -> CodeKind {
        self.kind
    }

    /// Pixels a side that share one random number.
    pub fn block(&self) -> usize {
        self.block
    }

    /// The classes, in the order of the codes.
    pub fn classes(&self) -> &ClassNames {
        &self.classes
    }

    /// Channels, height, width of a code.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Digest of all that the codes were drawn by: seed, kind, block, classes and shape. Two
    /// codebooks of the same digest hold the same codes; spare units and class means are no part of it.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new();
        hasher.field(b"unlearn codebook");
        hasher.field(self.seed.as_bytes());
        hasher.field(format!("{:?}", self.kind).as_bytes());
        let sizes = [self.block, self.classes.len()].into_iter();
        for size in sizes.chain(self.shape) {
            hasher.field(&(size as u64).to_le_bytes());
        }
        for name in self.classes.names() {
            hasher.field(name.as_bytes());
        }
        hasher.finish()
    }

    /// The code of a class, `[channels, height, width]` in row-major order.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn code(&self, class: usize) -> &[f32] {
        let length = self.shape.iter().product::<usize>();
        &self.numbers[class * length..][..length]
    }

    /// The codes of some classes as a batch, `[classes, channels, height, width]`.
    pub fn batch(&self, classes: &[usize], device: &Device) -> Value {
        let numbers = classes.iter().flat_map(|class| self.code(*class));
        let [channels, height, width] = self.shape;
        let shape = [classes.len(), channels, height, width];
        Value::from_vec(numbers.copied().collect(), &shape, device)
    }

    /// Blends of some classes' codes with noise of the codes' own kind and
    /// block, `(1 - r) code + r noise` for each r of `ratios`; the noise of a
    /// class and a ratio is always the same.
    pub fn blends(&self, classes: &[usize], ratios: &[f32], device: &Device) -> Value {
        let mut numbers = Vec::new();
        for class in classes {
            let mut random = stream(*class as u64, "blends of codes");
            for ratio in ratios {
                let noise = draw(&mut random, self.kind, self.block, self.shape);
                let pairs = self.code(*class).iter().zip(noise);
                numbers.extend(pairs.map(|(code, noise)| (1.0 - ratio) * code + ratio * noise));
            }
        }
        let [channels, height, width] = self.shape;
        let shape = [classes.len() * ratios.len(), channels, height, width];
        Value::from_vec(numbers, &shape, device)
    }

    /// Refuses codes whose shape, classes, spare units or class means are not the model's.
    ///
    /// # Errors
    /// If they differ.
    pub fn check_fit(&self, model: &Model) -> Result<(), CodeError> {
        let metadata = &model.metadata;
        if self.shape != metadata.input_shape {
            return Err(CodeError::Shape {
                expected: metadata.input_shape,
                found: self.shape,
            });
        }
        if self.classes != metadata.classes {
            let (ours, theirs) = (self.classes.names(), metadata.classes.names());
            let differs = |names: &[String], others: &[String]| {
                let first = names
                    .iter()
                    .zip(others)
                    .position(|(name, other)| name != other);
                match first.or((names.len() > others.len()).then_some(others.len())) {
                    Some(index) => format!("{} (`{}` at {index})", names.len(), names[index]),
                    None => names.len().to_string(),
                }
            };
            return Err(CodeError::Classes {
                expected: differs(theirs, ours),
                found: differs(ours, theirs),
            });
        }
        if model.network.graph().classifier().is_empty() {
            // No unit is ever put into an ensemble.
            return Ok(());
        }
        let expected = model.network.classifier_unit(0).weights.len();
        let mut widths = self.spare.iter().map(|unit| unit.weights.len());
        if let Some(found) = widths.find(|found| *found != expected) {
            return Err(CodeError::SpareUnits { expected, found });
        }
        self.check_class_means(model)
    }

    /// Refuses class means of another layer than the model's.
    fn check_class_means(&self, model: &Model) -> Result<(), CodeError> {
        let Some(means) = &self.means else {
            return Ok(());
        };
        let body = model.network.split().map(|[body, _]| body);
        let layer = body.and_then(|body| FeatureLayer::of(&body));
        let expected = layer.map(|layer| [layer.width(), layer.features]);
        match expected == Some(means.sizes()) {
            true => Ok(()),
            false => Err(CodeError::ClassMeans {
                expected,
                found: means.sizes(),
            }),
        }
    }
}

/// One random image `[channels, height, width]`.
fn draw(
    random: &mut impl Rng,
    kind: CodeKind,
    block: usize,
    [channels, height, width]: [usize; 3],
) -> Vec<f32> {
    let (rows, columns) = (height.div_ceil(block), width.div_ceil(block));
    let mut numbers = Vec::with_capacity(channels * height * width);
    for _ in 0..channels {
        let coarse: Vec<f32> = (0..rows * columns)
            .map(|_| match kind {
                CodeKind::Uniform => random.random::<f32>(),
                CodeKind::Normal => random.sample(StandardNormal),
            })
            .collect();
        for row in 0..height {
            let row = &coarse[row / block * columns..][..columns];
            numbers.extend((0..width).map(|column| row[column / block]));
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(count: usize) -> ClassNames {
        ClassNames::new((0..count).map(|class| class.to_string()).collect())
    }

    #[test]
    fn the_seed_decides_everything() {
        let draw = |seed| Codebook::draw(seed, CodeKind::Uniform, 1, classes(3), [1, 5, 5]);
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1).numbers, draw(2).numbers);
        assert_ne!(draw(1).code(0), draw(1).code(1));
    }

    #[test]
    fn the_digest_is_of_all_that_decides_the_codes() {
        use CodeKind::{Normal, Uniform};
        let draw = |seed, kind, block, count, shape| {
            let codes = Codebook::draw(seed, kind, block, classes(count), shape);
            codes.digest()
        };
        let digest = draw(1, Uniform, 1, 3, [1, 5, 5]);
        assert_eq!(digest, draw(1, Uniform, 1, 3, [1, 5, 5]));
        for other in [
            draw(2, Uniform, 1, 3, [1, 5, 5]),
            draw(1, Normal, 1, 3, [1, 5, 5]),
            draw(1, Uniform, 2, 3, [1, 5, 5]),
            draw(1, Uniform, 1, 4, [1, 5, 5]),
            draw(1, Uniform, 1, 3, [1, 5, 6]),
        ] {
            assert_ne!(other, digest);
        }
    }

    #[test]
    fn kinds_have_their_distributions() {
        let numbers = |kind| Codebook::draw(3, kind, 1, classes(4), [3, 32, 32]).numbers;
        let moments = |numbers: &[f32]| {
            let count = numbers.len() as f64;
            let mean = numbers.iter().map(|n| f64::from(*n)).sum::<f64>() / count;
            let square = numbers.iter().map(|n| (f64::from(*n) - mean).powi(2));
            (mean, square.sum::<f64>() / count)
        };
        let uniform = numbers(CodeKind::Uniform);
        assert!(uniform.iter().all(|number| (0.0..1.0).contains(number)));
        let (mean, variance) = moments(&uniform);
        assert!((mean - 0.5).abs() < 0.01 && (variance - 1.0 / 12.0).abs() < 0.003);
        let (mean, variance) = moments(&numbers(CodeKind::Normal));
        assert!(mean.abs() < 0.04 && (variance - 1.0).abs() < 0.05);
    }

    #[test]
    fn blends_lie_between_the_code_and_noise_that_stays_the_same() {
        let codes = Codebook::draw(1, CodeKind::Normal, 1, classes(3), [1, 4, 4]);
        let device = Device::flex();
        let blends = codes.blends(&[2, 0], &[0.0, 0.5], &device);
        assert_eq!(blends.shape(), [4, 1, 4, 4]);
        let blends = blends.to_vec();
        assert_eq!(&blends[..16], codes.code(2));
        assert_eq!(&blends[32..48], codes.code(0));
        assert_ne!(&blends[16..32], codes.code(2));
        let alone = codes.blends(&[0], &[0.0, 0.5], &device).to_vec();
        assert_eq!(&blends[32..], alone, "whatever else is asked for");
    }

    #[test]
    fn blocks_share_one_number() {
        let codes = Codebook::draw(1, CodeKind::Normal, 4, classes(1), [1, 6, 9]);
        let at = |row: usize, column: usize| codes.code(0)[row * 9 + column];
        assert_eq!(at(0, 0), at(3, 3));
        assert_ne!(at(0, 0), at(0, 4));
        assert_eq!(at(4, 8), at(5, 8));
    }
}
