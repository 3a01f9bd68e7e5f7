//! Teaching a new network what the old one knows, but for the forgotten classes.

use serde::{Deserialize, Serialize};
use unlearn_data::stream;

use super::attention::{attended, attention_gradient};
use super::generator::{generator, latent};
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten};
use crate::network::op::Mode;
use crate::network::{Network, Value};
use crate::train::TrainError;
use crate::tune::{
    Batch, Loss, Statistics, TuneSettings, Tuner, Watch, Work, count, input_gradient, not_negative,
    part,
};

/// Distils the network into one drawn anew, on images that a generator invents and from which
/// those that look like a forgotten class are kept back: no image is needed (gated knowledge transfer
/// of Chundawat, Tarun, Mandal, Kankanhalli, "Zero-Shot Machine Unlearning", IEEE TIFS 2023: of the two methods
/// that are called ZeroShotMU the one with a generator).
///
/// An epoch is one batch of noise. The gate drops images to which the teacher gives a forgotten class more than
/// `threshold`. The generator takes one step against `-KL(teacher || student) / C`, then the student `student_steps` steps on
/// `KL(teacher || student) / C + attention * sum over rectified planes of mean (a - a_t)^2`, a the attention map.
/// As in the authors' program both networks normalise with running statistics, the student with those of a network before
/// training. Costs at most E batch_size (3 + student_steps) backward passes, one of them by the generator. The student learns the
/// forgotten class again when it is taught for long: their log says E_F 100 after 750 pseudo-batches (68 epochs), 24 after 900.
/// What differs from the program: the rate stays (there it is halved on plateaus), a generator that
/// is stuck behind the gate stays (there it is put back), and images of 28 pixels start from planes of 7 (there of 8).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GatedTransfer {
    /// The most that the teacher may give a forgotten class.
    threshold: f64,
    /// Steps of the student for each of the generator.
    student_steps: usize,
    /// Weight of the attention maps.
    attention: f64,
    #[serde(flatten)]
    tune: TuneSettings,
}

impl Default for GatedTransfer {
    fn default() -> Self {
        Self {
            threshold: 0.01,
            student_steps: 10,
            attention: 250.0,
            tune: TuneSettings {
                batch_size: 256,
                statistics: Statistics::Running,
                clip_norm: Some(5.0),
                ..TuneSettings::adam(364, 1e-3)
            },
        }
    }
}

impl Algorithm for GatedTransfer {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "gated-transfer",
        "distil into a new network on invented images, none like the forgotten classes' (ZeroShotMU)",
        "Chundawat, Tarun, Mandal, Kankanhalli, IEEE TIFS 2023",
        &[],
    );

    fn check(&self) -> Result<(), TrainError> {
        part("threshold", self.threshold)?;
        count("student_steps", self.student_steps)?;
        not_negative("attention", self.attention)?;
        self.tune.check()
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let (teacher, settings) = (&context.model.network, &self.tune);
        let [_, height, width] = context.model.metadata.input_shape;
        let refuse = |reason| ForgetError::Setting {
            method: Self::ENTRY.name,
            reason,
        };
        if !height.is_multiple_of(4) || !width.is_multiple_of(4) {
            return Err(refuse(format!(
                "expected images whose height and width are multiples of 4, found {height} x {width}"
            )));
        }
        let graph = generator(context.model.metadata.input_shape);
        let graph = graph.map_err(|error| refuse(error.to_string()))?;
        let generator = Network::initialize(graph, context.seed, teacher.device());
        let forgotten = context.request.forgotten();
        let mut work = context.work(settings.epochs * self.student_steps);
        let mut unwatched = Work::new(Watch::none(), 0);
        let start = context.untrained("gated-transfer/student");
        let mut student = Tuner::new(&start, settings, context.seed, &mut work);
        let of_images = TuneSettings {
            statistics: Statistics::Batch,
            ..*settings
        };
        let mut generator = Tuner::new(&generator, &of_images, context.seed, &mut unwatched);
        let mut random = stream(context.seed, "gated-transfer/noise");
        let mut input_passes = 0;
        for _ in 0..settings.epochs {
            let noise = latent(settings.batch_size, &mut random, teacher.device());
            let noise = batch_of(noise);
            generator.add_at(&noise, &[last(generator.network())], |images| {
                let open = self.gate(teacher, &images[0], forgotten);
                input_passes += 2 * open.len();
                vec![against_student(
                    teacher,
                    student.network(),
                    &images[0],
                    &open,
                )]
            });
            generator.step()?;
            for _ in 0..self.student_steps {
                let images = invented(generator.network(), &noise);
                let open = self.gate(teacher, &images, forgotten);
                if !open.is_empty() {
                    let images = images.samples(&open);
                    self.teach(&mut student, teacher, &batch_of(images));
                }
                student.step()?;
            }
        }
        let network = student.finish();
        work.count(unwatched.backward_passes() + input_passes);
        Ok(Forgotten::new(network, &work).drawn_anew())
    }
}

impl GatedTransfer {
    /// The images to which the teacher gives no forgotten class more than the threshold.
    fn gate(&self, teacher: &Network, images: &Value, forgotten: &[usize]) -> Vec<usize> {
        let logits = teacher.forward(images.clone());
        let count = images.shape()[0];
        let probabilities = forgotten.iter().map(|class| {
            let loss = Loss::cross_entropy(&logits, &vec![*class; count]);
            loss.values.into_iter().map(|loss| (-loss).exp()).collect()
        });
        let probabilities: Vec<Vec<f64>> = probabilities.collect();
        let passes = |image: &usize| {
            let mut of_classes = probabilities.iter().map(|of_class| of_class[*image]);
            of_classes.all(|probability| probability <= self.threshold)
        };
        (0..count).filter(passes).collect()
    }

    /// Adds the gradients of the student's loss.
    fn teach(&self, student: &mut Tuner<'_, '_>, teacher: &Network, images: &Batch) {
        let mut nodes = attended(teacher);
        nodes.push(last(teacher));
        let theirs = teacher.trace_tapped(images.inputs.clone(), &mut Mode::Inference, &nodes);
        let classes = teacher.class_count() as f64;
        student.add_at(images, &nodes, |ours| {
            let pairs = ours.iter().zip(&theirs.taps).enumerate();
            let gradients = pairs.map(|(place, (ours, theirs))| {
                if place + 1 < nodes.len() {
                    return attention_gradient(ours, theirs, self.attention);
                }
                let loss = Loss::divergence(ours, theirs, 1.0).times(1.0 / classes);
                loss.gradient(&ours.device())
            });
            gradients.collect()
        });
    }
}

/// The gradient of `-KL(teacher || student) / C` at the images, a mean over the open
/// ones; 0 at the others.
fn against_student(teacher: &Network, student: &Network, images: &Value, open: &[usize]) -> Value {
    let length = images.element_count() / images.shape()[0];
    let mut gradient = vec![0.0; images.element_count()];
    if !open.is_empty() {
        let picked = images.samples(open);
        let answers = [teacher, student].map(|network| network.forward(picked.clone()));
        let weight = -1.0 / teacher.class_count() as f64;
        let of_student = input_gradient(student, &picked, |z| {
            Loss::divergence(z, &answers[0], 1.0).times(weight)
        });
        let of_teacher = input_gradient(teacher, &picked, |z| {
            Loss::divergence_at_teacher(z, &answers[1]).times(weight)
        });
        let sum = Value::new(of_student.flat() + of_teacher.flat()).to_vec();
        for (image, sum) in open.iter().zip(sum.chunks_exact(length)) {
            gradient[image * length..][..length].copy_from_slice(sum);
        }
    }
    Value::from_vec(gradient, images.shape(), &images.device())
}

/// What the generator makes of noise; its own running statistics stay.
fn invented(generator: &Network, noise: &Batch) -> Value {
    let mut random = stream(0, "nothing is dropped");
    let mut mode = Mode::Training(&mut random);
    generator.trace(noise.inputs.clone(), &mut mode).output
}

fn batch_of(inputs: Value) -> Batch {
    let count = inputs.shape()[0];
    Batch {
        inputs,
        labels: vec![0; count],
        places: (0..count).collect(),
    }
}

fn last(network: &Network) -> usize {
    network.graph().nodes().len() - 1
}
