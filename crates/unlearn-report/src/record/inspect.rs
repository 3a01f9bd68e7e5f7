//! What a file holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use unlearn::checkpoint::{Model, ModelMetadata};
use unlearn::code::{CodeKind, Codebook, CodesMetadata};
use unlearn::data::{Digest, Normalization};
use unlearn::enrol::{EnrolmentKind, EnrolmentMetadata};
use unlearn::means::ClassMeans;
use unlearn::network::Architecture;
use unlearn::train::InterruptedRun;

use super::{SCHEMA, VERSION, public_settings};

/// What a file of ours holds: never the codes themselves, nor their seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InspectRecord {
    /// [`SCHEMA`].
    pub schema: u32,
    /// [`VERSION`].
    pub version: String,
    /// The file as it was named.
    pub file: String,
    /// Digest of its bytes.
    pub file_digest: Digest,
    /// What it holds, among the record's own keys; `kind` says which.
    #[serde(flatten)]
    pub content: FileContent,
}

/// The content by kind of file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FileContent {
    /// A classifier.
    Model {
        /// The network's architecture and its settings.
        architecture: Architecture,
        /// Channels, height, width of an input.
        input_shape: [usize; 3],
        /// Class names in the order of the outputs.
        classes: Vec<String>,
        /// Names of the classes that it was made to forget.
        forgotten: Vec<String>,
        /// By such a class's name, the method that made the model forget it.
        forgotten_by: BTreeMap<String, String>,
        /// Names of the classes whose codes were never planted in it.
        unplanted: Vec<String>,
        /// What is done to an image before it goes in.
        normalization: Normalization,
        /// Digest of the weights; codes are bound to it.
        model_digest: Digest,
        /// Digest of the trained model that it was made from by forgetting.
        origin_digest: Option<Digest>,
        /// Digest of the data that it was trained on.
        data_digest: Option<Digest>,
        /// How many numbers training moved.
        parameters_total: usize,
        /// All parameters and buffers.
        parameters: Vec<ParameterSummary>,
    },
    /// Mnemonic codes.
    Codes {
        /// The distribution that they were drawn from.
        distribution: CodeKind,
        /// Pixels a side that share one random number.
        block: usize,
        /// Digest of the secret seed.
        seed_digest: Digest,
        /// Classes, channels, height, width.
        shape: [usize; 4],
        /// Class names in the order of the codes.
        classes: Vec<String>,
        /// Spare units that are kept with them.
        #[serde(default)]
        spare_units: usize,
        /// Inputs, bias included, and features that the class means kept with them are of; none
        /// where none are.
        #[serde(default)]
        class_means: Option<[usize; 2]>,
        /// How far the features of each class may go, as parts of the way to the others'; empty where there are no class means.
        #[serde(default)]
        reaches: Vec<f64>,
        /// Digest of the model that they were planted in.
        model_digest: Digest,
    },
    /// An enrolment, or a part of one.
    Enrolment {
        /// Whether all classes are in it.
        whole: bool,
        /// How many classes are.
        classes: usize,
        /// Whether it has sums of squared gradients, for moves of the whole network.
        has_totals: bool,
        /// Digest of the codes.
        codes_digest: Digest,
        /// Digest of the model that it is bound to.
        model_digest: Digest,
    },
    /// An interrupted training run.
    Training {
        /// The network's architecture and its settings.
        architecture: Architecture,
        /// Channels, height, width of an input.
        input_shape: [usize; 3],
        /// Class names in the order of the outputs.
        classes: Vec<String>,
        /// Steps done.
        step: usize,
        /// Digest of the data.
        data_digest: Digest,
        /// Settings without the secret seed, which the file holds.
        settings: Map<String, Json>,
    },
}

/// Name and shape of a parameter or buffer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterSummary {
    /// Its name, as PyTorch has it.
    pub name: String,
    /// Its shape in PyTorch's layout.
    pub shape: Vec<usize>,
    /// Whether training moves it; buffers follow the data.
    pub trained: bool,
}

impl InspectRecord {
    /// A record of the file `file` whose bytes have the digest given.
    pub fn new(file: String, file_digest: Digest, content: FileContent) -> Self {
        Self {
            schema: SCHEMA,
            version: VERSION.to_owned(),
            file,
            file_digest,
            content,
        }
    }
}

impl FileContent {
    /// A model.
    pub fn model(model: &Model) -> Self {
        let ModelMetadata {
            kind: _,
            schema: _,
            architecture,
            input_shape,
            classes,
            normalization,
            data,
            origin,
            forgotten,
            forgotten_by,
            unplanted,
        } = model.metadata.clone();
        let parameters = model.network.parameters().iter();
        Self::Model {
            architecture,
            input_shape,
            classes: classes.names().to_vec(),
            forgotten,
            forgotten_by,
            unplanted,
            normalization,
            model_digest: model.digest(),
            origin_digest: origin,
            data_digest: data,
            parameters_total: model.network.trained_element_count(),
            parameters: parameters
                .map(|parameter| ParameterSummary {
                    name: parameter.name.clone(),
                    shape: parameter.value.shape().to_vec(),
                    trained: parameter.role.is_trained(),
                })
                .collect(),
        }
    }

    /// Codes, by what their file says of them and what is kept with them.
    pub fn codes(metadata: &CodesMetadata, codes: &Codebook) -> Self {
        let [channels, height, width] = metadata.shape;
        Self::Codes {
            distribution: metadata.distribution,
            block: metadata.block,
            seed_digest: metadata.seed,
            shape: [metadata.classes.len(), channels, height, width],
            classes: metadata.classes.names().to_vec(),
            spare_units: codes.spare_units().len(),
            class_means: codes.class_means().map(ClassMeans::sizes),
            reaches: codes.class_means().map_or(Vec::new(), |means| {
                let classes = 0..means.class_count();
                classes.map(|class| means.reach(&[class])).collect()
            }),
            model_digest: metadata.model,
        }
    }

    /// An enrolment, by what its file says of itself.
    pub fn enrolment(metadata: &EnrolmentMetadata) -> Self {
        let whole = metadata.kind == EnrolmentKind::Enrolment;
        Self::Enrolment {
            whole,
            classes: metadata.classes.len(),
            has_totals: !whole || metadata.exponents.is_some(),
            codes_digest: metadata.codes,
            model_digest: metadata.model,
        }
    }

    /// An interrupted run.
    pub fn training(run: &InterruptedRun) -> Self {
        Self::Training {
            architecture: run.model.architecture.clone(),
            input_shape: run.model.input_shape,
            classes: run.model.classes.names().to_vec(),
            step: run.step,
            data_digest: run.data,
            settings: public_settings(&run.settings),
        }
    }
}
