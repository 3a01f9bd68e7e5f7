//! Means over the images of each class.

use super::response::LENGTHS;

/// Part of the images of other classes that may lose their right answer, those that gain it taken off.
pub(super) const MOST_LOST: f64 = 0.005;

/// Per class c, means over its training images of what the layer reads and makes whose outputs become
/// the features.
///
/// With x the layer's mean input over positions (an entry of 1 added for the bias), h the features
/// and E the mean over half the images of all classes and half their codes:
///
/// ```text
/// inputs    m_c = E_c[x]
/// detectors d_c = (E[x x^T] + r I)^-1 m_c,  r = 0.01 tr(E[x x^T]) / numbers of x
/// features  h_c = E_c[h]
/// scales    o_cj, the deviation of the layer's output j over images and positions
/// responses v_cj(u) = E_c[h_j] less h_cj when row j moves by u o_cj d_c / (m_c . d_c), u in {-2, -1, -0.4, -0.15, 0.15, 0.4, 1, 2}
/// spreads   U_c = E_c[l x^T] (E_c[x x^T] + 3 E)^-1 of the logits l and inputs x, each less its mean over the class
/// biases    b_c = t_c + o_c with t the classifier layer's biases and o the least of sum of -log softmax(l + o)_label over those images + |o|^2 / 2
/// costs     a_c, the part of other classes' images that lose their right answer when c's features go all the way
/// ```
///
/// Of all moves of the weight that change the class's mean output by one and the same, `d_c` is that
/// which changes the outputs of everything else least (in the mean square, with the ridge r). Of a class without images all these are 0, but for its bias, which is t_c.
/// With many classes there are no spreads ([`ClassMeans::spread`]).
///
/// Biases are of all classes at once; none where the layer has none. Costs count what is lost where c is no answer any more, less what is gained. Where that is more than one image in two hundred, `a_c t^2` is fitted to what is lost at t = 1/2 and 1.
///
/// Whoever has them knows how a class looks on average, for a perceptron its mean image: they are as secret as the codes.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassMeans {
    /// Numbers of an input, bias included, and features.
    pub(super) sizes: [usize; 2],
    /// `[classes, width]`.
    pub(super) inputs: Vec<f32>,
    /// `[classes, width]`.
    pub(super) detectors: Vec<f32>,
    /// `[classes, features]`.
    pub(super) features: Vec<f32>,
    /// `[classes, features]`.
    pub(super) scales: Vec<f32>,
    /// `[classes, lengths, features]`.
    pub(super) responses: Vec<f32>,
    /// `[classes, classes, width]`, or empty.
    pub(super) spreads: Vec<f32>,
    /// `[classes]`, or empty.
    pub(super) biases: Vec<f32>,
    /// `[classes]`.
    pub(super) costs: Vec<f32>,
}

impl ClassMeans {
    /// Numbers of an input, bias included, and how many features.
    pub fn sizes(&self) -> [usize; 2] {
        self.sizes
    }

    pub(super) fn is_finite(&self) -> bool {
        let parts = [
            &self.inputs,
            &self.detectors,
            &self.features,
            &self.scales,
            &self.responses,
            &self.spreads,
            &self.biases,
            &self.costs,
        ];
        parts.into_iter().flatten().all(|number| number.is_finite())
    }

    /// How many classes there are.
    pub fn class_count(&self) -> usize {
        self.features.len() / self.sizes[1]
    }

    /// Whether there were images of a class.
    pub fn has(&self, class: usize) -> bool {
        self.detector(class).iter().any(|number| *number != 0.0)
    }

    /// m_c.
    pub fn input(&self, class: usize) -> &[f32] {
        row(&self.inputs, self.sizes[0], class)
    }

    /// d_c.
    pub fn detector(&self, class: usize) -> &[f32] {
        row(&self.detectors, self.sizes[0], class)
    }

    /// h_c.
    pub fn feature(&self, class: usize) -> &[f32] {
        row(&self.features, self.sizes[1], class)
    }

    /// o_c.
    pub fn scale(&self, class: usize) -> &[f32] {
        row(&self.scales, self.sizes[1], class)
    }

    /// v_c, `[lengths, features]`.
    pub fn response(&self, class: usize) -> &[f32] {
        row(&self.responses, LENGTHS.len() * self.sizes[1], class)
    }

    /// U_c, `[classes, width]`; none where these would be more than four million numbers for all classes.
    pub fn spread(&self, class: usize) -> Option<&[f32]> {
        let width = self.class_count() * self.sizes[0];
        (!self.spreads.is_empty()).then(|| row(&self.spreads, width, class))
    }

    /// b_c; none where the classifier layer has no biases.
    pub fn bias(&self, class: usize) -> Option<f32> {
        self.biases.get(class).copied()
    }

    /// a_c.
    pub fn cost(&self, class: usize) -> f64 {
        f64::from(self.costs[class])
    }

    /// How far the features of these classes may go together, as a part of the way: so far that about one in two hundred images of
    /// the others loses its right answer, `t = min(1, sqrt(0.005 / sum_c a_c))`.
    pub fn reach(&self, classes: &[usize]) -> f64 {
        let cost: f64 = classes.iter().map(|class| self.cost(*class)).sum();
        match cost > MOST_LOST {
            true => (MOST_LOST / cost).sqrt(),
            false => 1.0,
        }
    }
}

fn row(numbers: &[f32], width: usize, class: usize) -> &[f32] {
    &numbers[class * width..][..width]
}
