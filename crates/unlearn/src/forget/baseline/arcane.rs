//! A network per class, of which the forgotten classes' are deleted.

use rand::RngCore;
use serde::{Deserialize, Serialize};
use unlearn_data::stream;

use crate::checkpoint::Model;
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::op::squared_errors;
use crate::network::{Architecture, Network, Value, autoencoder};
use crate::train::TrainError;
use crate::tune::{Samples, TuneSettings, Tuner, Work, count, demand, squared_error_gradient};

/// One network per class, trained on that class alone; to forget a class, its network is deleted
/// (after ARCANE of Yan et al., IJCAI 2022). Exact.
///
/// No program and no pseudocode was published, so all details are ours. Class c has an autoencoder, `flatten - linear - relu - ... - linear`,
/// that learns to restore the class's images by the mean square error e_c; the answer is the class of the lowest `(e_c - mean_c) / sqrt(variance_c)`,
/// mean and variance over the class's own training images (see [`crate::network::op::Reconstruction`]). The paper also picks representative
/// images and sorts them by how likely they are to be forgotten, which serves requests for single images and is left out.
///
/// The model is any: the kept classes' networks are trained then, each drawn for its class alone, so that the result is what
/// training for all classes and deleting would be; E N_R backward passes. Or it is an ensemble that this method made for an earlier request: then nothing
/// is needed and nothing is trained. Classes without training images get no network and are never the answer.
/// Widths, epochs and rate are those that held-out training images of MNIST liked best among 24.
/// No network sees two classes, so none learns what tells them apart: accuracy on photographs is far below a classifier's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Arcane {
    /// Outputs of each hidden layer of an autoencoder.
    hidden: Vec<usize>,
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for Arcane {
    fn default() -> Self {
        Self {
            hidden: vec![128, 32, 128],
            tune: TuneSettings::adam(100, 3e-3),
        }
    }
}

/// Images whose errors are computed together.
const BATCH: usize = 128;

/// A class's network, and mean and variance of its errors on its own images.
struct SubModel {
    class: usize,
    /// Values of the parameters.
    values: Vec<Value>,
    moments: [f32; 2],
}

impl Algorithm for Arcane {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "arcane",
        "an autoencoder per class, the forgotten classes' deleted: exact (our reading)",
        "after Yan et al., IJCAI 2022",
        &[Need::KeptImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        let layers = self.hidden.len();
        demand("hidden", layers > 0, "one layer at least", layers as f64)?;
        for size in &self.hidden {
            count("hidden", *size)?;
        }
        self.tune.check()
    }

    fn needs(&self, model: &Model) -> &'static [Need] {
        match model.metadata.architecture {
            Architecture::Arcane { .. } => &[],
            _ => Self::ENTRY.needs,
        }
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let metadata = &context.model.metadata;
        let (hidden, sub_models, work) = match &metadata.architecture {
            Architecture::Arcane { hidden, known } => {
                (hidden.clone(), left(context, known), context.work(0))
            }
            _ => {
                let (sub_models, work) = self.trained(context)?;
                (self.hidden.clone(), sub_models, work)
            }
        };
        if sub_models.is_empty() {
            return Err(refused(
                "expected a kept class that has a network of its own, found none",
            ));
        }
        let known = sub_models.iter().map(|sub_model| sub_model.class);
        let architecture = Architecture::Arcane {
            hidden,
            known: known.collect(),
        };
        let graph = architecture.build(&metadata.input_shape, metadata.classes.len());
        let graph = graph.map_err(TrainError::from)?;
        let device = context.model.network.device();
        let moments = [0, 1].map(|which| {
            let numbers = sub_models.iter().map(|sub_model| sub_model.moments[which]);
            Value::from_vec(numbers.collect(), &[sub_models.len()], device)
        });
        let values = sub_models
            .into_iter()
            .flat_map(|sub_model| sub_model.values);
        let values = values.chain(moments).collect();
        let network = Network::from_values(graph, values, device);
        Ok(Forgotten::new(network, &work)
            .of_architecture(architecture)
            .drawn_anew())
    }
}

impl Arcane {
    /// The kept classes' networks.
    fn trained<'a>(&self, context: Context<'a>) -> Result<(Vec<SubModel>, Work<'a>), ForgetError> {
        let classes = context.request.kept().iter();
        let classes = classes.map(|class| (*class, context.of_class(*class)));
        let classes = classes.filter(|(_, images)| !images.is_empty());
        let classes: Vec<(usize, Samples<'_>)> = classes.collect();
        let (epochs, size) = (self.tune.epochs, self.tune.batch_size);
        let batches = classes.iter().map(|(_, images)| images.batch_count(size));
        let mut work = context.work(epochs * batches.sum::<usize>());
        let mut sub_models = Vec::with_capacity(classes.len());
        for (class, images) in &classes {
            if images.len() < 2 {
                let name = &context.model.metadata.classes.names()[*class];
                return Err(refused(&format!(
                    "class `{name}`: expected two training images at least, of which there is a deviation, found one"
                )));
            }
            sub_models.push(self.train(context, *class, images, &mut work)?);
        }
        Ok((sub_models, work))
    }

    /// A class's network, from the class's images and the seed alone.
    fn train(
        &self,
        context: Context<'_>,
        class: usize,
        images: &Samples<'_>,
        work: &mut Work<'_>,
    ) -> Result<SubModel, ForgetError> {
        let shape = &context.model.metadata.input_shape;
        let graph = autoencoder(shape, &self.hidden).map_err(TrainError::from)?;
        let seed = stream(context.seed, &format!("arcane/{class}")).next_u64();
        let network = Network::initialize(graph, seed, context.model.network.device());
        let last = network.graph().nodes().len() - 1;
        let mut tuner = Tuner::new(&network, &self.tune, seed, work);
        for epoch in 0..self.tune.epochs {
            for batch in images.epoch(epoch, self.tune.batch_size) {
                tuner.add_at(&batch, &[last], |restored| {
                    vec![squared_error_gradient(&restored[0], &batch.inputs)]
                });
                tuner.step()?;
            }
        }
        let network = tuner.finish();
        let mut errors: Vec<f64> = Vec::with_capacity(images.len());
        for batch in images.in_order(BATCH) {
            let restored = network.forward(batch.inputs.clone());
            errors.extend(squared_errors(&batch.inputs, &restored));
        }
        let count = errors.len() as f64;
        let mean = errors.iter().sum::<f64>() / count;
        let squares = errors.iter().map(|error| (error - mean).powi(2));
        let variance = squares.sum::<f64>() / count;
        let values = network.parameters().iter();
        Ok(SubModel {
            class,
            values: values.map(|parameter| parameter.value.clone()).collect(),
            moments: [mean as f32, variance as f32],
        })
    }
}

/// The networks of an ensemble's classes but for the forgotten ones.
fn left(context: Context<'_>, known: &[usize]) -> Vec<SubModel> {
    let parameters = context.model.network.parameters();
    let (networks, score) = parameters.split_at(parameters.len() - 2);
    let moments = [&score[0], &score[1]].map(|parameter| parameter.value.to_vec());
    let networks = networks.chunks_exact(networks.len() / known.len());
    let all = known.iter().zip(networks).enumerate();
    let kept = all.filter(|(_, (class, _))| !context.request.forgotten().contains(class));
    let kept = kept.map(|(place, (class, network))| SubModel {
        class: *class,
        values: network
            .iter()
            .map(|parameter| parameter.value.clone())
            .collect(),
        moments: [moments[0][place], moments[1][place]],
    });
    kept.collect()
}

fn refused(reason: &str) -> ForgetError {
    ForgetError::Setting {
        method: Arcane::ENTRY.name,
        reason: reason.into(),
    }
}
