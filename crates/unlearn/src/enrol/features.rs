//! What the classifier layer sees of codes.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::code::Codebook;
use crate::network::{Device, Network, Value};

/// How much noise the blends hold. They stand for inputs off the training
/// signal, which the codes themselves, learned by heart, say nothing of.
pub const BLEND_RATIOS: [f32; 4] = [0.3, 0.3, 0.5, 0.5];

/// Classes whose codes are blended; of more, as many spread evenly.
const BLENDED_CLASSES: usize = 25;

/// Classes that are seen at the same time, each by one thread.
const TOGETHER: usize = 8;

/// The codes of some classes, and blends of some of these with noise, as a part
/// of a network sees them: the classifier layer sees features, the whole
/// network the codes themselves.
///
/// As long as what lies before that part stays, so do they: a request that moves
/// the classifier layer alone needs nothing else of the network.
#[derive(Clone, Debug)]
pub struct Features {
    /// Shape of what is seen of one code.
    pub(super) shape: Vec<usize>,
    pub(super) of_class: BTreeMap<usize, ClassFeatures>,
}

/// What is seen of one class.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ClassFeatures {
    /// Its code.
    pub code: Vec<f32>,
    /// Its blends, one after the other; empty where it is not blended.
    pub blends: Vec<f32>,
}

impl Features {
    /// What the head of a network on a device sees of the codes of some classes, where
    /// `body` computes its features; without a body what the network itself sees.
    ///
    /// Each class goes through the network by itself, on a thread of its own, so that
    /// it makes no difference with which others.
    pub fn new(
        body: Option<&Network>,
        codes: &Codebook,
        classes: &[usize],
        device: &Device,
    ) -> Self {
        Self::of_some(body, codes, [classes, classes], device, |_| {})
    }

    /// The same for `[all, some]` classes: those of all decide which are blended.
    pub(super) fn of_some(
        body: Option<&Network>,
        codes: &Codebook,
        [all, some]: [&[usize]; 2],
        device: &Device,
        mut progress: impl FnMut(usize),
    ) -> Self {
        let blended = to_blend(all);
        let see = |batch: Value| match body {
            Some(body) => body.forward(batch).into_vec(),
            None => batch.into_vec(),
        };
        let of = |class: &usize| ClassFeatures {
            code: see(codes.batch(&[*class], device)),
            blends: match blended.contains(class) {
                true => see(codes.blends(&[*class], &BLEND_RATIOS, device)),
                false => Vec::new(),
            },
        };
        let mut of_class = BTreeMap::new();
        for classes in some.chunks(TOGETHER) {
            let features: Vec<ClassFeatures> = classes.par_iter().map(of).collect();
            of_class.extend(classes.iter().copied().zip(features));
            classes.iter().for_each(|class| progress(*class));
        }
        let shape = match body {
            Some(body) => body.graph().output_shape().to_vec(),
            None => codes.shape().to_vec(),
        };
        Self { of_class, shape }
    }

    /// The classes, ascending.
    pub fn classes(&self) -> impl Iterator<Item = usize> + '_ {
        self.of_class.keys().copied()
    }

    /// The codes of all classes, `[classes, ..]`.
    pub fn codes(&self, device: &Device) -> Value {
        self.batch(device, |of_class| &of_class.code)
    }

    /// The codes of some classes, `[classes, ..]`; none where one is not held.
    pub fn codes_of(&self, classes: &[usize], device: &Device) -> Option<Value> {
        let features = classes.iter().map(|class| self.of_class.get(class));
        let features: Option<Vec<&ClassFeatures>> = features.collect();
        let numbers = features?.into_iter().flat_map(|of_class| &of_class.code);
        let shape: Vec<usize> = [&[classes.len()], &self.shape[..]].concat();
        Some(Value::from_vec(numbers.copied().collect(), &shape, device))
    }

    /// The classes whose codes are blended, ascending, and their blends,
    /// `[classes * ratios, ..]`, those of one class in a row.
    pub fn blends(&self, device: &Device) -> (Vec<usize>, Value) {
        (
            self.blended(),
            self.batch(device, |of_class| &of_class.blends),
        )
    }

    /// The classes whose codes are blended, ascending.
    pub(super) fn blended(&self) -> Vec<usize> {
        let blended = self.of_class.iter();
        let blended = blended.filter(|(_, of_class)| !of_class.blends.is_empty());
        blended.map(|(class, _)| *class).collect()
    }

    fn batch(&self, device: &Device, of: impl Fn(&ClassFeatures) -> &[f32]) -> Value {
        let numbers: Vec<f32> = self.of_class.values().flat_map(of).copied().collect();
        let length: usize = self.shape.iter().product();
        let mut shape = vec![numbers.len() / length.max(1)];
        shape.extend(&self.shape);
        Value::from_vec(numbers, &shape, device)
    }

    /// Adds those of other classes.
    pub(super) fn join(&mut self, other: Self) {
        self.of_class.extend(other.of_class);
    }
}

/// Which of the classes have their codes blended.
fn to_blend(classes: &[usize]) -> Vec<usize> {
    let step = classes.len().div_ceil(BLENDED_CLASSES).max(1);
    classes.iter().copied().step_by(step).collect()
}
