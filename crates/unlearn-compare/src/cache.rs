//! What is kept of a comparison: a file per finished cell and per trained model.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use unlearn::checkpoint::{Model, OutputFile};
use unlearn::code::Codebook;
use unlearn::data::Digest;
use unlearn::network::Device;
use unlearn::train::Trainer;
use unlearn_report::{CellResult, json_line};

use crate::CompareError;
use crate::key::file_name;

/// A folder with `cells/` and `models/`, in which every file is named by the digest of what determines
/// it and appears whole or not at all. Several runs may share it.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    cells: PathBuf,
    models: PathBuf,
}

/// What is told beside a trained model.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    /// How long the training took, where it was not interrupted.
    train_seconds: Option<f64>,
    /// Whether it came to numbers that are not finite; then there is no model.
    diverged: bool,
    /// Whether codes were planted, and are kept with the model's spare units.
    has_codes: bool,
}

/// A training that is over.
#[derive(Debug)]
pub(crate) enum Kept {
    /// It came to a model.
    Model(Box<Trained>),
    /// It came to numbers that are not finite.
    Diverged,
}

/// What a training came to.
#[derive(Debug)]
pub(crate) struct Trained {
    pub model: Model,
    /// The codes that were planted, with the spare units; none where none were planted.
    pub codes: Option<Codebook>,
    /// How long it took, where it was not interrupted.
    pub seconds: Option<f64>,
}

impl Cache {
    /// # Errors
    /// If its folders cannot be made.
    pub fn make(folder: &Path) -> Result<Self, CompareError> {
        let cache = Self::of(folder);
        for path in [&cache.cells, &cache.models] {
            fs::create_dir_all(path).map_err(|source| CompareError::Read {
                path: path.clone(),
                source,
            })?;
        }
        Ok(cache)
    }

    /// A cache that may not be there.
    pub fn of(folder: &Path) -> Self {
        Self {
            cells: folder.join("cells"),
            models: folder.join("models"),
        }
    }

    /// Where what came of a cell is kept.
    pub fn cell_path(&self, cell: Digest) -> PathBuf {
        self.cells.join(file_name(cell, "json"))
    }

    /// What came of a cell, if it is done.
    ///
    /// # Errors
    /// If its file holds something else.
    pub fn cell(&self, cell: Digest) -> Result<Option<CellResult>, CompareError> {
        let path = self.cell_path(cell);
        let Some(bytes) = bytes(&path)? else {
            return Ok(None);
        };
        let refuse = |reason: String| CompareError::Cell {
            path: path.clone(),
            reason,
        };
        let result: CellResult =
            serde_json::from_slice(&bytes).map_err(|error| refuse(error.to_string()))?;
        match result.cell == cell {
            true => Ok(Some(result)),
            false => Err(refuse(format!("that of {}", result.cell))),
        }
    }

    /// # Errors
    /// If the system refuses.
    pub fn keep_cell(&self, result: &CellResult) -> Result<(), CompareError> {
        let file = OutputFile::claim(&self.cell_path(result.cell), true)?;
        Ok(file.write(json_line(result).as_bytes())?)
    }

    /// What came of a training, if it is over.
    ///
    /// # Errors
    /// If the files hold something else.
    pub fn model(&self, key: Digest, device: &Device) -> Result<Option<Kept>, CompareError> {
        let path = self.told_path(key);
        let Some(bytes) = bytes(&path)? else {
            return Ok(None);
        };
        let told: Told = serde_json::from_slice(&bytes).map_err(|error| CompareError::Cell {
            path,
            reason: error.to_string(),
        })?;
        if told.diverged {
            return Ok(Some(Kept::Diverged));
        }
        let model = Model::read(&self.model_path(key), device)?;
        let codes = match told.has_codes {
            true => Some(self.codes(key, &model)?),
            false => None,
        };
        Ok(Some(Kept::Model(Box::new(Trained {
            model,
            codes,
            seconds: told.train_seconds,
        }))))
    }

    /// The codes that are kept with a model.
    fn codes(&self, key: Digest, model: &Model) -> Result<Codebook, CompareError> {
        let path = self.codes_path(key);
        let (codes, metadata) = Codebook::read(&path)?;
        let fit = metadata.check_model(model);
        let fit = fit.and_then(|()| codes.check_fit(model));
        fit.map_err(|error| CompareError::Cell {
            path,
            reason: error.to_string(),
        })?;
        Ok(codes)
    }

    /// Keeps what came of a training; that it did is told last.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn keep_model(&self, key: Digest, kept: &Kept) -> Result<(), CompareError> {
        let trained = match kept {
            Kept::Model(trained) => Some(trained),
            Kept::Diverged => None,
        };
        let codes = trained.and_then(|trained| trained.codes.as_ref());
        if let Some(Trained { model, .. }) = trained.map(AsRef::as_ref) {
            let mut file = OutputFile::claim(&self.model_path(key), true)?;
            model.fill(&mut file)?;
            file.finish()?;
            if let Some(codes) = codes {
                let file = OutputFile::claim(&self.codes_path(key), true)?;
                file.write(&codes.to_bytes(model.digest()))?;
            }
        }
        let told = Told {
            train_seconds: trained.and_then(|trained| trained.seconds),
            diverged: trained.is_none(),
            has_codes: codes.is_some(),
        };
        let file = OutputFile::claim(&self.told_path(key), true)?;
        file.write(json_line(&told).as_bytes())?;
        let path = self.resume_path(key);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(CompareError::Read { path, source })
            }
            _ => Ok(()),
        }
    }

    /// A training that was interrupted, and where it is kept.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn training(&self, key: Digest) -> Result<Option<(PathBuf, Vec<u8>)>, CompareError> {
        let path = self.resume_path(key);
        Ok(bytes(&path)?.map(|bytes| (path, bytes)))
    }

    fn resume_path(&self, key: Digest) -> PathBuf {
        self.models.join(file_name(key, "resume"))
    }

    /// Keeps a training from which it can be resumed.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn keep_training(&self, key: Digest, trainer: &Trainer<'_>) -> Result<(), CompareError> {
        let file = OutputFile::claim(&self.resume_path(key), true)?;
        Ok(file.write(&trainer.to_bytes())?)
    }

    fn model_path(&self, key: Digest) -> PathBuf {
        self.models.join(file_name(key, "safetensors"))
    }

    fn codes_path(&self, key: Digest) -> PathBuf {
        self.models.join(file_name(key, "codes.safetensors"))
    }

    fn told_path(&self, key: Digest) -> PathBuf {
        self.models.join(file_name(key, "json"))
    }
}

/// The bytes of a file, if it is there.
fn bytes(path: &Path) -> Result<Option<Vec<u8>>, CompareError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(CompareError::Read {
            path: path.into(),
            source,
        }),
    }
}
