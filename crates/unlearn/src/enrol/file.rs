//! Enrolments on disk, whole or in parts.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use unlearn_data::Digest;

use super::features::{BLEND_RATIOS, ClassFeatures};
use super::tensor_sum::TensorSum;
use super::totals::PARTS;
use super::{EnrolError, Enrolment, Features, PartialEnrolment, TensorTotals, Totals};
use crate::checkpoint::{
    CheckpointError, Model, NamedTensors, OutputError, OutputFile, Stored, StoredFile, fill,
};
use crate::network::Network;

/// What a file of an enrolment says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentMetadata {
    /// Says that the file holds an enrolment or a part of one.
    pub kind: EnrolmentKind,
    /// Version of this description: 2.
    pub schema: u32,
    /// Digest of the model that it is bound to.
    pub model: Digest,
    /// Digest of the codes ([`Codebook::digest`](crate::code::Codebook::digest)); of their
    /// seed alone in version 1.
    pub codes: Digest,
    /// The classes that were enrolled, as indices into the model's outputs, ascending.
    pub classes: Vec<usize>,
    /// Those of them whose codes were blended with noise.
    pub blended: Vec<usize>,
    /// Shape of what the classifier layer sees of one code; none where there
    /// are no features.
    pub feature_shape: Option<Vec<usize>>,
    /// Per parameter: its totals are multiplied by four to this power. None where there
    /// are no totals.
    pub exponents: Option<BTreeMap<String, i32>>,
}

/// The kind of a file that holds an enrolment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnrolmentKind {
    /// All classes of a model.
    Enrolment,
    /// Some of them.
    PartialEnrolment,
}

/// The version of [`EnrolmentMetadata`].
const SCHEMA: u32 = 2;

/// The parts of a growing sum that are stored as 64-bit floats.
const SUMS: [&str; 3] = ["most", "rest", "rest-low"];

const CODES: &str = "features/codes";
const BLENDS: &str = "features/blends";

impl Enrolment {
    /// Writes the enrolment of a model.
    ///
    /// # Errors
    /// If the system refuses, or the totals lie in a file that cannot be read.
    pub fn fill(&self, model: &Model, file: &mut OutputFile) -> Result<(), CheckpointError> {
        let names = names(&model.network);
        let features = self.features.as_ref();
        let classes = features.map_or_else(Vec::new, |features| features.classes().collect());
        let digests = [self.model, self.codes];
        let mut metadata = describe(EnrolmentKind::Enrolment, digests, classes, features);
        let numbers = features.map(feature_numbers);
        let mut tensors = Vec::new();
        if let (Some(features), Some(numbers)) = (features, &numbers) {
            store_features(features, numbers, &mut tensors);
        }
        let mut totals = Vec::new();
        if let Some(stored) = &self.totals {
            for (parameter, name) in names.iter().enumerate() {
                if let Some(of_tensor) = stored.tensor(parameter)? {
                    totals.push((name, of_tensor));
                }
            }
            let exponents = totals
                .iter()
                .map(|(name, totals)| ((*name).clone(), totals.exponent));
            metadata.exponents = Some(exponents.collect());
        }
        for (
            name,
            TensorTotals {
                most, holder, rest, ..
            },
        ) in totals.iter().map(|(name, totals)| (name, totals.as_ref()))
        {
            let shape = [most.len()];
            let stored = [
                Stored::floats(most, &shape),
                Stored::shorts(holder, &shape),
                Stored::floats(rest, &shape),
            ];
            let parts = PARTS.iter().zip(stored);
            tensors.extend(parts.map(|(part, stored)| (format!("totals/{part}/{name}"), stored)));
        }
        Ok(fill(file, &metadata, &tensors)?)
    }

    /// Opens the enrolment of a model. Totals stay in the file until they are asked for.
    ///
    /// # Errors
    /// If the file is no whole enrolment, or that of another model.
    pub fn open(path: &Path, model: &Model) -> Result<Self, EnrolError> {
        let (file, metadata) = open(path, model, EnrolmentKind::Enrolment)?;
        let features = read_features(&file, &metadata)?;
        let totals = metadata.exponents.as_ref();
        let totals = totals.map(|exponents| Totals::in_file(file, &model.network, exponents));
        Ok(Self {
            model: metadata.model,
            codes: metadata.codes,
            features,
            totals: totals.transpose()?,
        })
    }
}

impl PartialEnrolment {
    /// Writes a part of the enrolment of a model.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn fill(&self, model: &Model, file: &mut OutputFile) -> Result<(), OutputError> {
        let (digests, features) = ([self.model, self.codes], self.features.as_ref());
        let kind = EnrolmentKind::PartialEnrolment;
        let metadata = describe(kind, digests, self.seen.clone(), features);
        let numbers = features.map(feature_numbers);
        let mut tensors = Vec::new();
        if let (Some(features), Some(numbers)) = (features, &numbers) {
            store_features(features, numbers, &mut tensors);
        }
        for (sum, name) in self.sums.iter().zip(names(&model.network)) {
            let Some(TensorSum {
                most,
                holder,
                rest,
                rest_low,
            }) = sum
            else {
                continue;
            };
            let shape = [most.len()];
            for (part, numbers) in SUMS.into_iter().zip([most, rest, rest_low]) {
                tensors.push((
                    format!("sums/{part}/{name}"),
                    Stored::doubles(numbers, &shape),
                ));
            }
            tensors.push((
                format!("sums/holder/{name}"),
                Stored::shorts(holder, &shape),
            ));
        }
        fill(file, &metadata, &tensors)
    }

    /// Reads a part of the enrolment of a model.
    ///
    /// # Errors
    /// If the file is no part of an enrolment, or that of another model.
    pub fn read(path: &Path, model: &Model) -> Result<Self, EnrolError> {
        let (file, metadata) = open(path, model, EnrolmentKind::PartialEnrolment)?;
        let features = read_features(&file, &metadata)?;
        let sums = model.network.parameters().iter().map(|parameter| {
            if !parameter.role.is_trained() {
                return Ok(None);
            }
            let (name, shape) = (&parameter.name, [parameter.value.element_count()]);
            let [most, rest, rest_low] = SUMS.map(|part| format!("sums/{part}/{name}"));
            Ok(Some(TensorSum {
                most: file.doubles(&most, &shape)?,
                holder: file.shorts(&format!("sums/holder/{name}"), &shape)?,
                rest: file.doubles(&rest, &shape)?,
                rest_low: file.doubles(&rest_low, &shape)?,
            }))
        });
        Ok(Self {
            sums: sums.collect::<Result<_, CheckpointError>>()?,
            model: metadata.model,
            codes: metadata.codes,
            seen: metadata.classes,
            features,
        })
    }
}

impl EnrolmentMetadata {
    /// What a file of an enrolment, or of a part of one, says of itself.
    ///
    /// # Errors
    /// If it is neither.
    pub fn read(path: &Path) -> Result<Self, CheckpointError> {
        StoredFile::open(path)?.description("an enrolment")
    }
}

fn open(
    path: &Path,
    model: &Model,
    kind: EnrolmentKind,
) -> Result<(StoredFile, EnrolmentMetadata), EnrolError> {
    let file = StoredFile::open(path)?;
    let metadata: EnrolmentMetadata = file.description("an enrolment")?;
    let found = metadata.schema;
    if found < SCHEMA {
        let expected = SCHEMA;
        return Err(EnrolError::Outdated { expected, found });
    }
    if found > SCHEMA {
        return Err(file
            .wrong(format!("expected schema {SCHEMA}, found {found}"))
            .into());
    }
    if metadata.kind != kind {
        let name = |kind| match kind {
            EnrolmentKind::Enrolment => "a whole enrolment",
            EnrolmentKind::PartialEnrolment => "a part of one",
        };
        let (expected, found) = (name(kind), name(metadata.kind));
        return Err(file
            .wrong(format!("expected {expected}, found {found}"))
            .into());
    }
    if metadata.model != model.digest() {
        return Err(EnrolError::Stale {
            expected: model.digest(),
            found: metadata.model,
        });
    }
    let planted = model.metadata.planted();
    let is_known = |class: &usize| planted.binary_search(class).is_ok();
    let is_ascending = |classes: &[usize]| classes.windows(2).all(|pair| pair[0] < pair[1]);
    let lists = [&metadata.classes, &metadata.blended];
    if !lists
        .iter()
        .all(|list| is_ascending(list) && list.iter().all(is_known))
    {
        return Err(file
            .wrong("expected planted classes in ascending order".into())
            .into());
    }
    let head = model
        .network
        .split()
        .map(|[body, _]| body.graph().output_shape().to_vec());
    if metadata.feature_shape != head {
        let found = &metadata.feature_shape;
        return Err(file
            .wrong(format!(
                "expected features of shape {head:?}, found {found:?}"
            ))
            .into());
    }
    Ok((file, metadata))
}

/// The description of the enrolment of `[model, codes]`; totals are not in it yet.
fn describe(
    kind: EnrolmentKind,
    [model, codes]: [Digest; 2],
    classes: Vec<usize>,
    features: Option<&Features>,
) -> EnrolmentMetadata {
    EnrolmentMetadata {
        kind,
        schema: SCHEMA,
        model,
        codes,
        classes,
        blended: features.map_or_else(Vec::new, Features::blended),
        feature_shape: features.map(|features| features.shape.clone()),
        exponents: None,
    }
}

/// The names of all parameters.
fn names(network: &Network) -> Vec<String> {
    let parameters = network.parameters().iter();
    parameters.map(|parameter| parameter.name.clone()).collect()
}

/// Codes and blends of all classes.
fn feature_numbers(features: &Features) -> [Vec<f32>; 2] {
    let of_class = || features.of_class.values();
    [
        of_class()
            .flat_map(|of_class| of_class.code.iter().copied())
            .collect(),
        of_class()
            .flat_map(|of_class| of_class.blends.iter().copied())
            .collect(),
    ]
}

fn store_features<'a>(
    features: &Features,
    numbers: &'a [Vec<f32>; 2],
    tensors: &mut Vec<(String, Stored<'a>)>,
) {
    let length: usize = features.shape.iter().product();
    for (name, numbers) in [CODES, BLENDS].into_iter().zip(numbers) {
        let shape = [numbers.len() / length.max(1), length];
        tensors.push((name.to_owned(), Stored::floats(numbers, &shape)));
    }
}

fn read_features(
    file: &StoredFile,
    metadata: &EnrolmentMetadata,
) -> Result<Option<Features>, CheckpointError> {
    let Some(shape) = metadata.feature_shape.clone() else {
        return Ok(None);
    };
    let length = shape.iter().product::<usize>();
    let blend_length = BLEND_RATIOS.len() * length;
    let (classes, blended) = (&metadata.classes, &metadata.blended);
    let codes = file.floats(CODES, &[classes.len(), length])?;
    let blends = file.floats(BLENDS, &[blended.len() * BLEND_RATIOS.len(), length])?;
    let of_class = classes.iter().enumerate().map(|(place, class)| {
        let blends = match blended.binary_search(class) {
            Ok(place) => blends[place * blend_length..][..blend_length].to_vec(),
            Err(_) => Vec::new(),
        };
        let code = codes[place * length..][..length].to_vec();
        (*class, ClassFeatures { code, blends })
    });
    Ok(Some(Features {
        of_class: of_class.collect(),
        shape,
    }))
}
