//! Planting codes while a classifier is trained.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::Codebook;

/// Replaces training samples by codes (Yamashita et al. 2024, Algorithm 1).
///
/// Each time a sample of class y is fetched, with probability `mix` its input
/// becomes the code of y; the label stays. So the network sees
/// `mix * p_code(x) + (1 - mix) * p_data(x)` (Eq. 1). Codes are network inputs:
/// nothing augments or normalises them.
#[derive(Clone, Copy, Debug)]
pub struct Planting<'a> {
    codes: &'a Codebook,
    mix: f64,
}

impl<'a> Planting<'a> {
    /// Plants codes with a probability.
    ///
    /// # Panics
    /// If `mix` is not within `[0, 1]`.
    pub fn new(codes: &'a Codebook, mix: f64) -> Self {
        assert!((0.0..=1.0).contains(&mix), "probability of a code: {mix}");
        Self { codes, mix }
    }

    /// The code that takes the place of a sample of this class; `None` where
    /// the coin leaves the sample as it is. Exactly one coin per call.
    pub fn replacement(&self, class: usize, random: &mut ChaCha8Rng) -> Option<&'a [f32]> {
        random.random_bool(self.mix).then(|| self.codes.code(class))
    }
}

#[cfg(test)]
mod tests {
    use unlearn_data::{ClassNames, stream};

    use super::*;
    use crate::code::CodeKind;

    #[test]
    fn replaces_about_the_stated_part_by_the_code_of_the_class() {
        let classes = ClassNames::new(vec!["a".into(), "b".into()]);
        let codes = Codebook::draw(1, CodeKind::Uniform, 1, classes, [1, 2, 2]);
        let planting = Planting::new(&codes, 0.3);
        let mut random = stream(5, "test");
        let mut planted = 0;
        for sample in 0..10_000 {
            if let Some(code) = planting.replacement(sample % 2, &mut random) {
                assert_eq!(code, codes.code(sample % 2));
                planted += 1;
            }
        }
        // Four standard deviations of a binomial around 3,000.
        assert!((2_817..=3_183).contains(&planted), "{planted}");
        let never = Planting::new(&codes, 0.0);
        assert!((0..100).all(|_| never.replacement(0, &mut random).is_none()));
    }
}
