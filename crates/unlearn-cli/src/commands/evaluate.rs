//! `unlearn evaluate`.

use unlearn::checkpoint::Model;
use unlearn::data::LoadOptions;
use unlearn::network::Device;
use unlearn_report::{DataSummary, EvaluateRecord, json};

use crate::args::EvaluateArgs;
use crate::exit::Exit;
use crate::{data, show, stdout};

/// Measures a model on the test part of a data set.
///
/// # Errors
/// If an argument, the data or a file is bad.
pub fn run(args: &EvaluateArgs) -> anyhow::Result<Exit> {
    let model = Model::read(&args.model, &Device::flex())?;
    let names = &model.metadata.classes;
    let mut forgotten = Vec::with_capacity(args.forgotten.len());
    for name in &args.forgotten {
        forgotten.push(names.find(name)?);
    }
    forgotten.sort_unstable();
    forgotten.dedup();

    let [channels, height, width] = model.metadata.input_shape;
    let options = LoadOptions {
        image_size: Some([height, width]),
        channels: Some(channels),
        classes: Some(names.names().to_vec()),
        ..args.data.options()
    };
    let source = &args.data.data;
    let data = data::read(source, &options)?;
    let evaluation = data::measure(&model, &data, source, &forgotten)?;
    let summary = DataSummary::new(source.to_string(), &data);
    let record = EvaluateRecord::new(&model, evaluation, &forgotten, summary);
    match args.json {
        true => stdout::print(&json(&record))?,
        false => stdout::print(&show::evaluate(&record))?,
    }
    if forgotten.is_empty() && !model.metadata.forgotten.is_empty() {
        let named: Vec<String> = model
            .metadata
            .forgotten
            .iter()
            .map(|name| format!("--forgotten \"{name}\""))
            .collect();
        eprintln!(
            "note: this model was made to forget {}; measure that with {}",
            model.metadata.forgotten.join(", "),
            named.join(" ")
        );
    }
    Ok(Exit::Done)
}
