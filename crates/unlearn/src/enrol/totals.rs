//! The sum over classes of squared gradients, for a whole network.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::TensorTotals;
use crate::checkpoint::{CheckpointError, NamedTensors, StoredFile};
use crate::network::Network;

/// `sum_c g_c^2` of every trained parameter, over the codes of all classes that a model
/// knows: from it the Fisher diagonal of the kept classes follows when the
/// forgotten ones are taken out,
/// `f_R = (sum_c g_c^2 - sum over F of g_c^2) / |R|`.
#[derive(Debug)]
pub struct Totals(Place);

#[derive(Debug)]
enum Place {
    /// Per parameter of the network; none for buffers.
    Memory(Vec<Option<TensorTotals>>),
    /// Read tensor by tensor, so that a request holds one at a time.
    File(TotalsFile),
}

#[derive(Debug)]
pub(super) struct TotalsFile {
    pub file: StoredFile,
    /// Per parameter of the network its name, how many elements it has and the
    /// exponent of its totals; none for buffers.
    pub tensors: Vec<Option<(String, usize, i32)>>,
}

/// The parts of a tensor's totals in a file.
pub(super) const PARTS: [&str; 3] = ["most", "holder", "rest"];

/// Memory is given back where it is so many times what is needed.
const ROOMY: usize = 3;

/// Exponents that scale a sum of doubles to 32-bit floats lie within.
const EXPONENTS: RangeInclusive<i32> = -1000..=1000;

impl Totals {
    /// Totals in main memory, per parameter of the network.
    pub(super) fn new(tensors: Vec<Option<TensorTotals>>) -> Self {
        Self(Place::Memory(tensors))
    }

    /// Totals in a file.
    pub(super) fn in_file(
        file: StoredFile,
        network: &Network,
        exponents: &BTreeMap<String, i32>,
    ) -> Result<Self, CheckpointError> {
        let tensors = network.parameters().iter().map(|parameter| {
            if !parameter.role.is_trained() {
                return Ok(None);
            }
            let name = &parameter.name;
            match exponents.get(name) {
                Some(exponent) if !EXPONENTS.contains(exponent) => Err(file.wrong(format!(
                    "exponent of `{name}`: expected one within {EXPONENTS:?}, found {exponent}"
                ))),
                Some(exponent) => Ok(Some((
                    name.clone(),
                    parameter.value.element_count(),
                    *exponent,
                ))),
                None => Err(file.wrong(format!("expected an exponent for `{name}`, found none"))),
            }
        });
        let tensors = tensors.collect::<Result<_, _>>()?;
        Ok(Self(Place::File(TotalsFile { file, tensors })))
    }

    /// The totals of a parameter; none for a buffer.
    ///
    /// # Errors
    /// If they lie in a file that cannot be read or is damaged.
    pub fn tensor(
        &self,
        parameter: usize,
    ) -> Result<Option<Cow<'_, TensorTotals>>, CheckpointError> {
        match &self.0 {
            Place::Memory(tensors) => Ok(tensors[parameter].as_ref().map(Cow::Borrowed)),
            Place::File(file) => {
                let mut totals = TensorTotals::default();
                let found = file.read(parameter, &mut totals)?;
                Ok(found.then_some(Cow::Owned(totals)))
            }
        }
    }

    /// The same in memory of the caller's, where they lie in a file: who asks for one
    /// tensor after the other needs no more memory than for the largest, and less once that is past.
    ///
    /// # Errors
    /// As [`Totals::tensor`].
    pub(crate) fn tensor_in<'a>(
        &'a self,
        parameter: usize,
        memory: &'a mut TensorTotals,
    ) -> Result<Option<&'a TensorTotals>, CheckpointError> {
        match &self.0 {
            Place::Memory(tensors) => Ok(tensors[parameter].as_ref()),
            Place::File(file) => {
                // Once the largest was asked for, the others need not keep its memory.
                let length = file.length(parameter);
                if memory.most.capacity() > ROOMY * length {
                    *memory = TensorTotals::default();
                }
                Ok(file.read(parameter, memory)?.then_some(memory))
            }
        }
    }
}

impl TotalsFile {
    /// How many elements a parameter's totals have; 0 for a buffer.
    fn length(&self, parameter: usize) -> usize {
        let tensor = self.tensors[parameter].as_ref();
        tensor.map_or(0, |(_, length, _)| *length)
    }

    /// Reads the totals of a parameter; false for a buffer, which has none.
    fn read(&self, parameter: usize, totals: &mut TensorTotals) -> Result<bool, CheckpointError> {
        let Some((name, length, exponent)) = &self.tensors[parameter] else {
            return Ok(false);
        };
        let [most, holder, rest] = PARTS.map(|part| format!("totals/{part}/{name}"));
        self.file.read_floats(&most, &[*length], &mut totals.most)?;
        self.file
            .read_shorts(&holder, &[*length], &mut totals.holder)?;
        self.file.read_floats(&rest, &[*length], &mut totals.rest)?;
        totals.exponent = *exponent;
        let mut sums = totals.most.iter().chain(&totals.rest);
        if sums.any(|sum| *sum < 0.0) {
            return Err(self.file.wrong(format!(
                "totals of `{name}`: expected sums of squares, found a negative one"
            )));
        }
        Ok(true)
    }
}
