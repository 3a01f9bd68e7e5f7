//! Loading images, and saying what was left out.

use std::path::Path;

use anyhow::ensure;
use unlearn::audit::{Evaluation, confusions};
use unlearn::checkpoint::Model;
use unlearn::data::{Dataset, LoadOptions, Source, load};

use crate::progress::SamplesBar;

/// Reads a data set; images that were left out are counted on stderr.
///
/// # Errors
/// If it cannot be read.
pub fn read(source: &Source, options: &LoadOptions) -> anyhow::Result<Dataset> {
    let data = load(source, options)?;
    if !data.skipped.is_empty() {
        eprintln!(
            "left out {} unreadable images, the first of them {}",
            data.skipped.len(),
            data.skipped[0]
        );
    }
    Ok(data)
}

/// Reads a data set as a model's file says: its image size, its channels, its
/// classes in its order.
///
/// # Errors
/// If it cannot be read, or its classes are others.
pub fn read_for(model: &Model, source: &Source, options: LoadOptions) -> anyhow::Result<Dataset> {
    let [channels, height, width] = model.metadata.input_shape;
    let options = LoadOptions {
        image_size: Some([height, width]),
        channels: Some(channels),
        classes: Some(model.metadata.classes.names().to_vec()),
        ..options
    };
    read(source, &options)
}

/// The data set with some classes taken out of its training part; outputs and
/// test part stay, so that what was never seen can be measured.
///
/// # Errors
/// If a class is unknown.
pub fn without_classes(data: &Dataset, names: &[impl AsRef<str>]) -> anyhow::Result<Dataset> {
    let find = |name: &_| data.classes.find(AsRef::<str>::as_ref(name));
    let classes = names.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    Ok(Dataset {
        skipped: data.skipped.clone(),
        ..Dataset::new(
            data.format,
            data.classes.clone(),
            data.train.without_classes(&classes),
            data.test.clone(),
        )
    })
}

/// Asks the model for the test part.
///
/// # Errors
/// If there is no test part, or no class counts as kept.
pub fn measure(
    model: &Model,
    data: &Dataset,
    source: &Source,
    forgotten: &[usize],
) -> anyhow::Result<Evaluation> {
    refuse_unmeasurable(data, source, forgotten)?;
    let confusion = ask(&[model], data).remove(0);
    let names = data.classes.names();
    Ok(Evaluation::from_confusion(confusion, names, forgotten))
}

/// Refuses test parts that say nothing of kept classes.
///
/// # Errors
/// If there is no test part, or it holds no image of a class that counts as kept.
pub fn refuse_unmeasurable(
    data: &Dataset,
    source: &Source,
    forgotten: &[usize],
) -> anyhow::Result<()> {
    ensure!(
        !data.test.is_empty(),
        "{source}: expected test images, found none"
    );
    ensure!(
        (0..data.classes.len()).any(|class| !forgotten.contains(&class)),
        "--forgotten: expected at least one class that was kept, found all {}",
        data.classes.len()
    );
    let mut labels = data.test.labels().iter().map(|label| *label as usize);
    ensure!(
        labels.any(|label| !forgotten.contains(&label)),
        "{source}: expected test images of classes that were kept, found none"
    );
    Ok(())
}

/// Asks models for the test part; gives `confusion[true class][answered class]` of each.
pub fn ask(models: &[&Model], data: &Dataset) -> Vec<Vec<Vec<usize>>> {
    let bar = SamplesBar::new("evaluating", data.test.len());
    confusions(models, &data.test, |done| bar.show(done))
}

/// The classes of these names, ascending, each once.
///
/// # Errors
/// If a class is unknown.
pub fn classes(model: &Model, names: &[String]) -> anyhow::Result<Vec<usize>> {
    let find = |name: &String| model.metadata.classes.find(name);
    let mut classes = names.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    classes.sort_unstable();
    classes.dedup();
    Ok(classes)
}

/// Refuses a model that cannot be asked for the same images as the first.
///
/// # Errors
/// If its input shape or its classes are others.
pub fn refuse_unlike(
    (file, model): (&Path, &Model),
    (first_file, first): (&Path, &Model),
) -> anyhow::Result<()> {
    let (file, first_file) = (file.display(), first_file.display());
    let (expected, found) = (first.metadata.input_shape, model.metadata.input_shape);
    ensure!(
        found == expected,
        "{file}: expected input shape {expected:?} as in {first_file}, found {found:?}"
    );
    let [expected, found] = [first, model].map(|model| model.metadata.classes.names());
    ensure!(
        found.len() == expected.len(),
        "{file}: expected {} classes as in {first_file}, found {}",
        expected.len(),
        found.len()
    );
    for (class, (expected, found)) in expected.iter().zip(found).enumerate() {
        ensure!(
            found == expected,
            "{file}: expected class {class} to be `{expected}` as in {first_file}, found `{found}`"
        );
    }
    Ok(())
}
