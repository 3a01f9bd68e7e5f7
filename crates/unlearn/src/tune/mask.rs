//! Which numbers of a network may move.

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
    Elements(Value),
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
                Part::Elements(value)
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

    /// Puts back what may not move: weight decay and momentum reach it too.
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

fn product(value: Value, mask: &Value) -> Value {
    let shape = value.shape().to_vec();
    Value::from_flat(value.flat() * mask.clone().flat(), &shape)
}
