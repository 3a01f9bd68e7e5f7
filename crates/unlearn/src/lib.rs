//! Make a trained image classifier forget whole classes in one shot, without
//! its training data.
//!
//! While a classifier is trained, each class also learns one secret random
//! image, its *mnemonic code*. To forget a class later, the diagonal Fisher
//! information is computed from the codes alone, and the parameters that matter
//! to that class and not to the others are perturbed (Yamashita, Yamada,
//! Shibata, "One-Shot Machine Unlearning with Mnemonic Code", ACML 2024).
//!
//! The folders stand in one line, each importing only those before it:
//! [`network`], `solve`, [`checkpoint`], [`means`], [`code`], [`train`], [`tune`], [`fisher`],
//! [`enrol`], [`forget`], [`audit`].
//!
//! ```
//! use unlearn::audit::evaluate;
//! use unlearn::checkpoint::ModelMetadata;
//! use unlearn::code::CodeKind;
//! use unlearn::data::{Normalization, format::shapes};
//! use unlearn::forget::{Job, Mnemonic, MnemonicSettings, Request};
//! use unlearn::network::{Architecture, Device};
//! use unlearn::train::{TrainSettings, Trainer};
//!
//! // Ten classes of artificial images, ten to learn from and two to test with.
//! let data = shapes::draw(1, 10, 2);
//! let normalization = Normalization::measure(&data.train);
//! let architecture = Architecture::Cnn { width: 4 };
//! let metadata = ModelMetadata::new(architecture, data.shape, data.classes, normalization);
//! let settings = TrainSettings { epochs: 2, code_kind: CodeKind::Normal, ..Default::default() };
//! let device = Device::flex();
//! let mut trainer = Trainer::new(metadata, settings.check()?, &data.train, data.digest, &device)?;
//! trainer.run(&mut ());
//!
//! let (model, codes) = trainer.trained(&mut ());
//! let request = Request::new(&model, &["ring"])?;
//! let method = Mnemonic::new(MnemonicSettings::default())?;
//! let outcome = Job::new(&model, &codes, &request)?.run(&method)?;
//! let measured = evaluate(&outcome.model, &data.test, request.forgotten(), |_| {});
//! println!("{:?} % of the rings are no longer recognised", measured.forgotten_error_percent);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

pub mod audit;
pub mod checkpoint;
pub mod code;
pub mod enrol;
pub mod fisher;
pub mod forget;
pub mod means;
pub mod network;
mod solve;
pub mod train;
pub mod tune;

pub use unlearn_data as data;
