//! The training loop.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use unlearn_data::{Digest, Split, stream};

use super::batches::Batches;
use super::optimizer::Optimizer;
use super::{Flow, Observer, Progress, TrainError, TrainParameters};
use crate::checkpoint::{Model, ModelMetadata};
use crate::code::{Codebook, Planting};
use crate::means::ClassMeans;
use crate::network::op::Mode;
use crate::network::{Architecture, CrossEntropy, Network};

/// A training run: ordinary training by gradient descent in which codes are
/// planted (Yamashita et al. 2024, Algorithm 1).
///
/// The same settings on the same samples give the same bits, whatever the
/// number of threads, and however often the run was stopped and resumed.
pub struct Trainer<'a> {
    /// The network, with its spare units after the classes' own.
    pub(super) network: Network,
    pub(super) metadata: ModelMetadata,
    pub(super) codes: Codebook,
    pub(super) optimizer: Optimizer,
    pub(super) parameters: TrainParameters,
    pub(super) samples: &'a Split,
    /// Digest of the data set that the samples are of.
    pub(super) data: Digest,
    /// Steps done.
    pub(super) step: usize,
    pub(super) sums: EpochSums,
}

/// What an epoch came to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// The epoch, from 0.
    pub epoch: usize,
    /// Mean cross-entropy in nats, codes included.
    pub loss: f64,
    /// Percent of the training images answered right, while training.
    pub accuracy_percent: f64,
    /// Percent of the planted codes answered right, while training.
    pub code_accuracy_percent: f64,
}

/// Running sums over an epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EpochSums {
    loss: f64,
    images: usize,
    images_right: usize,
    codes: usize,
    codes_right: usize,
}

impl<'a> Trainer<'a> {
    /// A run from the start. The model's initial weights and the codes follow
    /// from the seed; what is trained and on what from `metadata` and `samples`.
    ///
    /// # Errors
    /// If the architecture makes no network for the input and classes or is an
    /// ensemble, or there are not two classes with samples.
    pub fn new(
        mut metadata: ModelMetadata,
        parameters: TrainParameters,
        samples: &'a Split,
        data: Digest,
        device: &Device,
    ) -> Result<Self, TrainError> {
        check_samples(samples)?;
        check_architecture(&metadata.architecture)?;
        complete(&mut metadata, &parameters, samples, data);
        let seed = parameters.settings().seed;
        let outputs = metadata.classes.len() + parameters.settings().spare_units;
        let graph = metadata
            .architecture
            .build(&metadata.input_shape, outputs)?;
        let network = Network::initialize(graph, seed, device);
        let optimizer = Optimizer::new(parameters.optimizer(), network.parameters().len());
        let codes = draw_codes(&parameters, &metadata);
        Ok(Self {
            network,
            metadata,
            codes,
            optimizer,
            parameters,
            samples,
            data,
            step: 0,
            sums: EpochSums::default(),
        })
    }

    /// The same run with these parameters at the start; optimizer and schedule begin as ever.
    ///
    /// # Panics
    /// If they are not those of this run's network, its spare units included.
    #[must_use]
    pub fn starting_from(mut self, network: &Network) -> Self {
        let parameters = network.parameters().iter().enumerate();
        parameters.for_each(|(index, parameter)| self.network.set(index, parameter.value.clone()));
        self
    }

    /// Trains until the last epoch is done or the observer stops the run;
    /// returns whether the run is finished.
    pub fn run(&mut self, observer: &mut dyn Observer) -> bool {
        let settings = self.parameters.settings().clone();
        let per_epoch = self.steps_per_epoch();
        let steps = self.steps();
        let mut order = Vec::new();
        let mut ordered_for = None;
        while self.step < steps {
            let (epoch, place) = (self.step / per_epoch, self.step % per_epoch);
            let batches = self.batches();
            if ordered_for != Some(epoch) {
                order = batches.order(epoch);
                ordered_for = Some(epoch);
            }
            let first = place * settings.batch_size;
            let last = (first + settings.batch_size).min(order.len());
            let batch = batches.batch(&order[first..last], epoch, place, self.network.device());

            let mut random = stream(settings.seed, &format!("dropout/{epoch}/{place}"));
            let network = &mut self.network;
            let trace = network.trace(batch.inputs, &mut Mode::Training(&mut random));
            let loss = CrossEntropy::new(&trace.output, &batch.labels, settings.label_smoothing);
            let gradient = loss.gradient(1.0 / batch.labels.len() as f64, network.device());
            network.update_buffers(&trace);
            let gradients = network.backward(trace, gradient, false);
            let rate = settings
                .schedule
                .learning_rate(settings.learning_rate, self.step, steps);
            self.optimizer.step(network, gradients, rate);

            self.sums.add(&loss, &batch.labels, &batch.is_code);
            self.step += 1;
            let mut flow = observer.step(&self.progress(epoch));
            if place + 1 == per_epoch {
                let record = self.sums.record(epoch);
                self.sums = EpochSums::default();
                if observer.epoch(&record, self) == Flow::Stop {
                    flow = Flow::Stop;
                }
            }
            if flow == Flow::Stop {
                break;
            }
        }
        self.step == steps
    }

    /// The model as it is now, with an output per class.
    pub fn model(&self) -> Model {
        let network = self.network.with_first_outputs(self.metadata.classes.len());
        Model {
            network: network.unwrap_or_else(|| unreachable!("architectures end in a linear layer")),
            metadata: self.metadata.clone(),
        }
    }

    /// The codes that are being planted, with the spare units as they are now.
    pub fn codes(&self) -> Codebook {
        let outputs = self.metadata.classes.len()..self.network.class_count();
        let spare = outputs.map(|output| self.network.classifier_unit(output));
        self.codes.clone().with_spare_units(spare.collect())
    }

    /// The model and its codes, with all that a request can use later: the spare units and the class
    /// means, which passes over some of the training images measure; the observer is told of them.
    pub fn trained(&self, observer: &mut dyn Observer) -> (Model, Codebook) {
        let (model, codes) = (self.model(), self.codes());
        let planted = model.metadata.planted();
        let inputs = codes.batch(&planted, self.network.device());
        let mut watch = |done, all| observer.measuring(done, all);
        let means = ClassMeans::measure(&model, self.samples, &inputs, &mut watch);
        (model, codes.with_class_means(means))
    }

    /// Whether all steps are done.
    pub fn is_finished(&self) -> bool {
        self.step == self.steps()
    }

    /// Steps done since the run began.
    pub fn steps_done(&self) -> usize {
        self.step
    }

    fn batches(&self) -> Batches<'_> {
        let settings = self.parameters.settings();
        Batches {
            samples: self.samples,
            normalization: &self.metadata.normalization,
            augmentation: settings.augmentation,
            planting: (settings.mix > 0.0).then(|| Planting::new(&self.codes, settings.mix)),
            seed: settings.seed,
        }
    }

    fn steps_per_epoch(&self) -> usize {
        let batch = self.parameters.settings().batch_size;
        self.samples.len().div_ceil(batch)
    }

    /// Whether step and sums can be those of this run.
    pub(super) fn is_consistent(&self) -> bool {
        let batch = self.parameters.settings().batch_size;
        let seen = (self.step % self.steps_per_epoch()).saturating_mul(batch);
        let EpochSums {
            loss,
            images,
            images_right,
            codes,
            codes_right,
        } = self.sums;
        self.step <= self.steps()
            && loss.is_finite()
            && images.checked_add(codes) == Some(seen)
            && images_right <= images
            && codes_right <= codes
    }

    pub(super) fn steps(&self) -> usize {
        self.parameters.settings().epochs * self.steps_per_epoch()
    }

    fn progress(&self, epoch: usize) -> Progress {
        let record = self.sums.record(epoch);
        Progress {
            epoch,
            epochs: self.parameters.settings().epochs,
            step: self.step,
            steps: self.steps(),
            samples_seen: self.sums.images + self.sums.codes,
            loss: record.loss,
            accuracy_percent: record.accuracy_percent,
            code_accuracy_percent: record.code_accuracy_percent,
        }
    }
}

pub(super) fn draw_codes(parameters: &TrainParameters, metadata: &ModelMetadata) -> Codebook {
    let settings = parameters.settings();
    Codebook::draw(
        settings.seed,
        settings.code_kind,
        settings.code_block,
        metadata.classes.clone(),
        metadata.input_shape,
    )
}

/// Adds to a description what settings and data say.
pub(super) fn complete(
    metadata: &mut ModelMetadata,
    parameters: &TrainParameters,
    samples: &Split,
    data: Digest,
) {
    let mixes = parameters.settings().mix > 0.0;
    let is_planted = |class: usize| mixes && samples.labels().contains(&(class as u32));
    let names = metadata.classes.names().iter().enumerate();
    let unplanted = names.filter(|(class, _)| !is_planted(*class));
    metadata.unplanted = unplanted.map(|(_, name)| name.clone()).collect();
    metadata.data = Some(data);
}

pub(super) fn check_samples(samples: &Split) -> Result<(), TrainError> {
    let mut classes = samples.labels().to_vec();
    classes.sort_unstable();
    classes.dedup();
    match classes.len() < 2 {
        true => Err(TrainError::NoSamples {
            samples: samples.len(),
            classes: classes.len(),
        }),
        false => Ok(()),
    }
}

pub(super) fn check_architecture(architecture: &Architecture) -> Result<(), TrainError> {
    match architecture.is_ensemble() {
        true => Err(TrainError::Ensemble {
            architecture: architecture.name(),
        }),
        false => Ok(()),
    }
}

impl EpochSums {
    fn add(&mut self, loss: &CrossEntropy, labels: &[usize], is_code: &[bool]) {
        self.loss += loss.losses.iter().sum::<f64>();
        let answers = loss.predictions.iter().zip(labels).zip(is_code);
        for ((prediction, label), is_code) in answers {
            let right = usize::from(prediction == label);
            match is_code {
                true => (self.codes, self.codes_right) = (self.codes + 1, self.codes_right + right),
                false => {
                    (self.images, self.images_right) = (self.images + 1, self.images_right + right);
                }
            }
        }
    }

    fn record(&self, epoch: usize) -> EpochRecord {
        let percent = |right: usize, all: usize| 100.0 * right as f64 / all.max(1) as f64;
        EpochRecord {
            epoch,
            loss: self.loss / (self.images + self.codes).max(1) as f64,
            accuracy_percent: percent(self.images_right, self.images),
            code_accuracy_percent: percent(self.codes_right, self.codes),
        }
    }
}
