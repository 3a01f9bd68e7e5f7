//! How long a request to forget takes: the paper's move of the whole network and the
//! default, with and without an enrolment, for 10 and for 1,000 classes.
//!
//!     cargo bench --workspace --bench request [-- CLASSES... | M.safetensors C.safetensors]
//!
//! ResNet-18 of width 64 on 32x32 images, drawn at random, or a model and its codes from files; both in memory.
//! Prints a JSON object: per row the medians of the forgetting alone (neither reading nor
//! writing nor the measures that are only told, which a general benchmark could not leave
//! out), and what the memory allows: the bytes that an enrolled request must at least move (weights
//! read and written, sums read) over the bandwidth of this machine in the same run.

use std::path::Path;
use std::time::Instant;

use rayon::prelude::*;
use serde_json::{Map, Value as Json, json};
use unlearn::checkpoint::{Model, ModelMetadata};
use unlearn::code::{CodeKind, Codebook};
use unlearn::data::{ClassNames, Normalization};
use unlearn::enrol::Enrolment;
use unlearn::forget::{Job, Request, method};
use unlearn::network::{Architecture, Device, Network};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SHAPE: [usize; 3] = [3, 32, 32];
const RUNS: usize = 15;

/// Bytes per parameter that an enrolled request must move: the weight is read and written,
/// and so are the largest square (4), its class (2) and the rest (4) read.
const LEAST_BYTES: usize = 4 + 4 + 4 + 2 + 4;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let classes: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let files = words.iter().map(Path::new).filter(|path| path.is_file());
    let files: Vec<&Path> = files.collect();
    let cases: Vec<Case> = match (files.as_slice(), classes.as_slice()) {
        ([model, codes], _) => vec![Case::read(model, codes)],
        (_, []) => vec![Case::draw(10)],
        (_, classes) => classes.iter().map(|classes| Case::draw(*classes)).collect(),
    };
    let mut rows = Map::new();
    let bandwidth = bytes_per_second();
    for case in cases {
        let classes = case.model.metadata.classes.len();
        let parameters = case.model.network.trained_element_count();
        let floor = (parameters * LEAST_BYTES) as f64 / bandwidth;
        rows.insert(format!("{classes}/enrol"), json!(case.enrol_seconds));
        rows.insert(format!("{classes}/floor"), json!(floor));
        let whole = || json!({"lambda1": 1e-3, "lambda2": 10.0});
        for (name, settings, is_enrolled) in [
            ("whole_enrolled", whole(), true),
            ("whole", whole(), false),
            ("default_enrolled", json!({}), true),
            ("default", json!({}), false),
        ] {
            let seconds = case.seconds(settings, is_enrolled);
            rows.insert(format!("{classes}/{name}"), json!(seconds));
        }
    }
    let record = json!({"bytes_per_second": bandwidth, "runs": RUNS, "seconds_median": rows});
    println!("{record:#}");
}

struct Case {
    model: Model,
    codes: Codebook,
    enrolment: Enrolment,
    enrol_seconds: f64,
}

impl Case {
    fn read(model: &Path, codes: &Path) -> Self {
        let model = Model::read(model, &Device::flex()).expect("a model");
        let (codes, _) = Codebook::read(codes).expect("its codes");
        Self::new(model, codes)
    }

    fn draw(classes: usize) -> Self {
        let architecture = Architecture::Resnet18 { width: 64 };
        let graph = architecture.build(&SHAPE, classes).expect("a network");
        let names = ClassNames::numbered(classes);
        let normalization = Normalization::none(SHAPE[0]);
        let model = Model {
            network: Network::initialize(graph, 1, &Device::flex()),
            metadata: ModelMetadata::new(architecture, SHAPE, names.clone(), normalization),
        };
        Self::new(model, Codebook::draw(1, CodeKind::Normal, 1, names, SHAPE))
    }

    fn new(model: Model, codes: Codebook) -> Self {
        let start = Instant::now();
        let enrolment = Enrolment::new(&model, &codes, |_| {}).expect("few enough classes");
        Self {
            model,
            codes,
            enrolment,
            enrol_seconds: start.elapsed().as_secs_f64(),
        }
    }

    /// The median time of forgetting one class.
    fn seconds(&self, settings: Json, is_enrolled: bool) -> f64 {
        let request = Request::new(&self.model, &["0"]).expect("a class");
        let settings = settings.as_object().cloned().unwrap_or_default();
        let method = method("mnemonic", settings).expect("settings of the method");
        let mut job = Job::new(&self.model, &self.codes, &request).expect("codes of the model");
        if is_enrolled {
            let enrolled = job.with_enrolment(&self.enrolment);
            job = enrolled.expect("the model's enrolment");
        }
        let runs = (0..RUNS).map(|_| {
            let outcome = job.run(method.as_ref());
            outcome.expect("a request that can be met").forget_seconds
        });
        let mut runs: Vec<f64> = runs.collect();
        runs.sort_by(f64::total_cmp);
        runs[RUNS / 2]
    }
}

/// What all threads together read from memory and write to it.
fn bytes_per_second() -> f64 {
    const LENGTH: usize = 1 << 26;
    const PIECE: usize = 1 << 16;
    let from = vec![1f32; LENGTH];
    let mut to = vec![0f32; LENGTH];
    let runs = (0..RUNS).map(|_| {
        let start = Instant::now();
        let pieces = to.par_chunks_mut(PIECE).zip(from.par_chunks(PIECE));
        pieces.for_each(|(to, from)| to.copy_from_slice(from));
        (2 * 4 * LENGTH) as f64 / start.elapsed().as_secs_f64()
    });
    runs.fold(0.0, f64::max)
}
