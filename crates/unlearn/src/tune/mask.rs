//! Which numbers of a network may move.

use super::elementwise::product;
use crate::network::{Network, Value};

/// Which numbers of a network may move.
#[derive(Clone, Debug)]
pub struct Mask {
    /// Per parameter, buffers included.
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Whole,
    Nothing,
    /// 1 where an element may move, else 0.
    Elements(Box<Value>),
}

impl Mask {
    /// Every number.
    pub fn everything(network: &Network) -> Self {
        Self {
            parts: vec![Part::Whole; network.parameters().len()],
        }
    }

    /// The parameters, and the running statistics, whose names are wanted.
    pub fn of_names(network: &Network, mut wanted: impl FnMut(&str) -> bool) -> Self {
        let parameters = network.parameters().iter();
        let parts = parameters.map(|parameter| match wanted(&parameter.name) {
            true => Part::Whole,
            false => Part::Nothing,
        });
        Self {
            parts: parts.collect(),
        }
    }

    /// Of each trained parameter the elements that are true, in row-major order;
    /// running statistics, whose entry is `None`, follow the data as ever.
    ///
    /// # Panics
    /// If there is not one entry per parameter, or not one truth per element.
    pub fn of_elements(network: &Network, elements: Vec<Option<Vec<bool>>>) -> Self {
        let parameters = network.parameters();
        assert_eq!(parameters.len(), elements.len(), "entries of a mask");
        let parts = parameters.iter().zip(elements);
        let parts = parts.map(|(parameter, elements)| match elements {
            None => Part::Whole,
            Some(elements) => {
                let numbers = elements.into_iter().map(|moves| f32::from(u8::from(moves)));
                let shape = parameter.value.shape();
                let value = Value::from_vec(numbers.collect(), shape, network.device());
                Part::Elements(Box::new(value))
            }
        });
        Self {
            parts: parts.collect(),
        }
    }

    /// Whether any number of a parameter may move.
    pub(super) fn reaches(&self, parameter: usize) -> bool {
        !matches!(self.parts[parameter], Part::Nothing)
    }

    /// A gradient, 0 where nothing may move; none where nothing of it may.
    pub(super) fn apply(&self, parameter: usize, gradient: Value) -> Option<Value> {
        match &self.parts[parameter] {
            Part::Whole => Some(gradient),
            Part::Nothing => None,
            Part::Elements(mask) => Some(product(gradient, mask)),
        }
    }

    /// Puts single elements that may not move back to where they were: weight decay and
    /// momentum reach them too.
    pub(super) fn restore(&self, before: &Network, after: &mut Network) {
        for (index, part) in self.parts.iter().enumerate() {
            let Part::Elements(mask) = part else { continue };
            let [old, new] = [before, &*after].map(|net| net.parameters()[index].value.clone());
            let shape = old.shape().to_vec();
            let kept = mask.clone().flat().neg().add_scalar(1.0);
            let sum = product(new, mask).flat() + old.flat() * kept;
            after.set(index, Value::from_flat(sum, &shape));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Architecture, Device};
    use crate::tune::{Batch, Loss, TuneSettings, Tuner, Watch, Work};

    /// One step under a mask; the network before and after.
    fn step(mask: impl FnOnce(&Network) -> Mask) -> [Network; 2] {
        let graph = Architecture::Cnn { width: 2 }.build(&[1, 8, 8], 3);
        let network = Network::initialize(graph.unwrap(), 5, &Device::flex());
        let numbers = (0..128).map(|i| (0.3 * i as f32).sin()).collect();
        let batch = Batch {
            inputs: Value::from_vec(numbers, &[2, 1, 8, 8], &Device::flex()),
            labels: vec![0, 2],
            places: vec![0, 1],
        };
        let mut work = Work::new(Watch::none(), 2);
        let settings = TuneSettings::sgd(1, 0.1);
        let mut tuner = Tuner::new(&network, &settings, 0, &mut work).with_mask(mask(&network));
        for _ in 0..2 {
            let step = tuner.descend(&batch, |z| Loss::cross_entropy(z, &batch.labels));
            step.unwrap();
        }
        let after = tuner.finish();
        [network, after]
    }

    #[test]
    fn elements_that_may_not_move_keep_their_bits_despite_weight_decay() {
        let even = |network: &Network| {
            let parameters = network.parameters().iter();
            let elements = parameters.map(|parameter| {
                let count = parameter.value.element_count();
                let is_trained = parameter.role.is_trained();
                is_trained.then(|| (0..count).map(|place| place % 2 == 0).collect())
            });
            Mask::of_elements(network, elements.collect())
        };
        let [before, after] = step(even);
        for (before, after) in before.parameters().iter().zip(after.parameters()) {
            let (old, new) = (before.value.to_vec(), after.value.to_vec());
            let moved = (0..old.len()).filter(|place| old[*place] != new[*place]);
            let moved: Vec<usize> = moved.collect();
            assert!(!moved.is_empty(), "{} stayed", before.name);
            if before.role.is_trained() {
                assert!(moved.iter().all(|place| place % 2 == 0), "{}", before.name);
            }
        }
    }

    #[test]
    fn parameters_that_are_not_wanted_stay_with_their_running_statistics() {
        let [before, after] =
            step(|network| Mask::of_names(network, |name| name.starts_with("fc")));
        for (before, after) in before.parameters().iter().zip(after.parameters()) {
            let same = before.value.has_numbers_of(&after.value);
            assert_eq!(same, !before.name.starts_with("fc"), "{}", before.name);
        }
    }
}
