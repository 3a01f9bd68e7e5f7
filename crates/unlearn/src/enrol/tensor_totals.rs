//! The sum over classes of one tensor's squared gradients.

use crate::network::wide;

/// `sum_c g_c^2` of one parameter tensor, in such a form that a class can be
/// taken out of it without cancellation: per element the largest square
/// (`most`), the class that it is of (`holder`), and the sum of all others (`rest`),
/// each times four to the power of `exponent`.
///
/// Taking out the holder leaves `rest` as it is; taking out another class
/// leaves at least `most`, which is no smaller than what was taken out. A plain total
/// would leave rounding errors where the class that is taken out dominates, and there
/// the ratio of importances is largest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TensorTotals {
    /// The largest square of any class.
    pub(super) most: Vec<f32>,
    /// The class that it is of.
    pub(super) holder: Vec<u16>,
    /// The sum over the other classes.
    pub(super) rest: Vec<f32>,
    /// See above.
    pub(super) exponent: i32,
}

impl TensorTotals {
    /// How many elements the tensor has.
    pub fn len(&self) -> usize {
        self.most.len()
    }

    /// Whether the tensor has no elements.
    pub fn is_empty(&self) -> bool {
        self.most.is_empty()
    }

    /// Squares were multiplied by four to this power.
    pub fn exponent(&self) -> i32 {
        self.exponent
    }

    /// The sum over all classes but one, divided by `count`, from a place on, given
    /// the squares of the class there, times four to the power of `exponent`.
    pub fn without(
        &self,
        class: usize,
        exponent: i32,
        count: usize,
    ) -> impl Fn(usize, &[f64], &mut [f64]) + Sync + '_ {
        let power = f64::from(self.exponent - exponent).exp2();
        let share = (count as f64).recip();
        move |first, squares, entries| {
            let end = first + entries.len();
            let (most, rest) = (&self.most[first..end], &self.rest[first..end]);
            let holder = &self.holder[first..end];
            wide(|| {
                let sums = most.iter().zip(rest).zip(holder);
                let elements = entries.iter_mut().zip(squares).zip(sums);
                for ((entry, square), ((most, rest), holder)) in elements {
                    let rest = f64::from(*rest);
                    let others = rest - square * power * power;
                    let others = if others > 0.0 { others } else { 0.0 };
                    let left = match usize::from(*holder) == class {
                        true => rest,
                        false => f64::from(*most) + others,
                    };
                    *entry = left * share;
                }
            });
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use rand::Rng;
    use unlearn_data::stream;

    use super::super::tensor_sum::TensorSum;
    use super::*;

    pub const LENGTH: usize = 50;

    /// Squares of so many classes; those of class 0 are `weight` times as large.
    pub fn squares(classes: usize, weight: f32) -> Vec<Vec<f32>> {
        let mut random = stream(classes as u64, "squares");
        let mut of = |class: usize| -> Vec<f32> {
            let weight = if class == 0 { weight } else { 1.0 };
            let draw = (0..LENGTH).map(|_| weight * 10f32.powf(random.random_range(-6.0..0.0)));
            draw.collect()
        };
        (0..classes).map(&mut of).collect()
    }

    pub fn totals(squares: &[Vec<f32>]) -> TensorTotals {
        let mut sum = TensorSum::new(LENGTH);
        for (class, squares) in squares.iter().enumerate() {
            sum.add(class as u16, squares, 5);
        }
        sum.finish()
    }

    fn assert_close(found: &[f64], squares: &[Vec<f32>], without: &[usize], exponent: i32) {
        let kept = squares.len() - without.len();
        for (index, found) in found.iter().enumerate() {
            let classes = (0..squares.len()).filter(|class| !without.contains(class));
            let sum: f64 = classes.map(|class| f64::from(squares[class][index])).sum();
            let expected = sum / kept as f64 * 4f64.powi(exponent - 5);
            assert!((found / expected - 1.0).abs() < 1e-6, "{found} {expected}");
        }
    }

    /// Taking a class out is as good as leaving it out from the start, however
    /// many classes there are and however much one dominates.
    #[test]
    fn a_class_taken_out_leaves_the_mean_of_the_others() {
        for classes in [10, 1000] {
            for weight in [1.0, 1e12] {
                let squares = squares(classes, weight);
                let totals = totals(&squares);
                for class in [0, 3] {
                    let mut found = vec![0.0; LENGTH];
                    // As another machine would compute them: a little off.
                    let off = squares[class].iter().map(|g| f64::from(g * (1.0 + 1e-7)));
                    let off: Vec<f64> = off.collect();
                    totals.without(class, 5, classes - 1)(0, &off, &mut found);
                    assert_close(&found, &squares, &[class], totals.exponent);
                }
            }
        }
    }
}
