//! Codes that commands read beside a model.

use std::path::Path;

use anyhow::Context;
use unlearn::checkpoint::Model;
use unlearn::code::Codebook;

/// The codes that were planted in a model, or in the one that it was made from by forgetting.
///
/// # Errors
/// If they cannot be read, do not fit the model, or are another model's.
pub fn read(path: &Path, model: &Model) -> anyhow::Result<Codebook> {
    let (codes, metadata) = Codebook::read(path)?;
    let name = || path.display().to_string();
    // What is easier to understand than two digests goes first.
    codes.check_fit(model).with_context(name)?;
    metadata.check_model(model).with_context(name)?;
    Ok(codes)
}
