//! `unlearn audit`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use unlearn::audit::{Context, Role, Subject, bias_control, knows_code};
use unlearn::checkpoint::Model;
use unlearn::code::Codebook;
use unlearn::data::{Dataset, Digest};
use unlearn_report::{AuditRecord, AuditedModel, DataSummary, json, page};

use crate::args::AuditArgs;
use crate::audits::Audits;
use crate::exit::Exit;
use crate::folder::Folder;
use crate::interrupt::Interrupt;
use crate::session::Unfinished;
use crate::{codes, data, oracle, outputs, peers, show, stdout};

/// Looks for what is left of classes in a model, and writes a record and a page.
///
/// # Errors
/// If an argument, the data or a file is bad.
pub fn run(args: &AuditArgs) -> anyhow::Result<Exit> {
    let device = args.device.device.open()?;
    // The first of each is audited.
    let (before_file, after_file) = (&args.before[0], &args.after[0]);
    let before = Model::read(before_file, &device)?;
    let forgotten = data::classes(&before, &args.forgotten)?;
    let source = &args.data.data;
    let images = data::read_for(&before, source, args.data.reading.options())?;
    data::refuse_unmeasurable(&images, source, &forgotten)?;
    refuse_unseen(&images, &forgotten)?;
    let unused = data::classes(&before, &args.unused)?;
    refuse_used(&images, &forgotten, &unused)?;
    let first = (before_file.as_path(), &before);
    let others = read_all(&args.before[1..], first)?;
    let before_all = [vec![before.clone()], others].concat();
    for (model, file) in before_all.iter().zip(&args.before) {
        refuse_forgotten_before(model, &forgotten, &unused, file)?;
    }
    let after_all = read_all(&args.after, first)?;
    let codes = args
        .codes
        .as_ref()
        .map(|path| codes::read(path, &before))
        .transpose()?;
    let retrained = read_all(&args.retrained, first)?;
    let files = [&args.before, &args.after, &args.retrained];
    let models = [&before_all, &after_all, &retrained];
    let files = files.into_iter().flatten().map(PathBuf::as_path);
    let named = files.zip(models.into_iter().flatten());
    refuse_twice(named)?;
    if let Some(codes) = &codes {
        let mut named = args.retrained.iter().zip(&retrained);
        named.try_for_each(|(file, model)| refuse_planted((file, model), codes, &forgotten))?;
    }

    let interrupt = Interrupt::listen()?;
    let folder = Folder::make(&args.out)?;
    let [record_path, page_path] = ["record.json", "report.html"].map(|name| args.out.join(name));
    let files = outputs::claim([&record_path, &page_path], args.overwrite)?;
    let findings = args.out.join("findings");
    std::fs::create_dir_all(&findings)
        .with_context(|| format!("{}: cannot be made", findings.display()))?;
    folder.keep();

    let mut models: Vec<(Subject, Option<PathBuf>, _)> = Vec::new();
    let mut add = |role: Role, name: String, model: Model, path: Option<&PathBuf>, training| {
        models.push((Subject { role, name, model }, path.cloned(), training));
    };
    let control = bias_control(&before, &images.train, &forgotten);
    if control.is_none() {
        eprintln!(
            "note: the classifier layer has no bias, so there is no bias shift to compare with"
        );
    }
    let named = |role: Role| role.title().to_owned();
    add(
        Role::Before,
        named(Role::Before),
        before.clone(),
        Some(before_file),
        None,
    );
    if let Some(control) = control {
        add(Role::BiasShift, control.name, control.model, None, None);
    }
    add(
        Role::After,
        named(Role::After),
        after_all[0].clone(),
        Some(after_file),
        None,
    );
    let trained = usize::from(args.train_oracle.unwrap_or(0));
    let all = retrained.len() + trained;
    let numbered = |index: usize| match all {
        1 => named(Role::Retrained),
        _ => format!("{} {}", Role::Retrained.title(), index + 1),
    };
    for (index, (model, path)) in retrained.into_iter().zip(&args.retrained).enumerate() {
        add(Role::Retrained, numbered(index), model, Some(path), None);
    }
    for index in 0..trained {
        let oracle = match oracle(args, index, &before, &images, &interrupt)? {
            Ok(oracle) => oracle,
            Err(Unfinished::Interrupted) => return Ok(interrupted(&args.out)),
            Err(Unfinished::Diverged { step }) => {
                eprintln!(
                    "--train-oracle: training diverged: loss or weights are not finite after step {step}; \
                     no record was written: try a smaller --learning-rate"
                );
                return Ok(Exit::NotAchieved);
            }
        };
        let number = args.retrained.len() + index;
        let training = Some(oracle.training);
        add(
            Role::Retrained,
            numbered(number),
            oracle.model,
            Some(&oracle.path),
            training,
        );
    }
    let named = models
        .iter()
        .filter_map(|(subject, path, _)| Some((path.as_deref()?, &subject.model)));
    refuse_twice(named)?;
    if all == 0 {
        eprintln!(
            "note: without a retrained model nothing can be concluded: name one with --retrained, \
             or have one trained with --train-oracle"
        );
    }

    let subjects: Vec<Subject> = models.iter().map(|(subject, ..)| subject.clone()).collect();
    let mut peers = peers::named(Role::Before, before_all, &args.before);
    let controls = peers::controls(&peers, &images.train, &forgotten);
    peers.extend(controls);
    peers.extend(peers::named(Role::After, after_all, &args.after));
    let (peers, peer_files): (Vec<Subject>, Vec<Option<PathBuf>>) = peers.into_iter().unzip();
    let context = Context::new(
        &subjects,
        &images,
        &forgotten,
        codes.as_ref(),
        args.budget(),
        args.seed,
    )
    .with_unused(&unused)
    .with_peers(&peers);
    let audits = Audits {
        context: &context,
        data: images.digest,
        device: args.device.device,
        kept_in: Some(&findings),
        only: &args.only,
        interrupt: &interrupt,
    };
    let Some(entries) = audits.run()? else {
        return Ok(interrupted(&args.out));
    };
    let shown = |path: Option<PathBuf>| path.map(|path| path.display().to_string());
    let audited = models
        .into_iter()
        .map(|(subject, path, training)| AuditedModel::new(&subject, shown(path), training));
    let peers = peers.iter().zip(peer_files);
    let peers = peers.map(|(subject, path)| AuditedModel::new(subject, shown(path), None));
    let summary = DataSummary::new(source.to_string(), &images);
    let record = AuditRecord {
        peers: peers.collect(),
        ..AuditRecord::new(
            &context,
            args.device.device,
            summary,
            audited.collect(),
            entries,
            &args.gate,
        )
    };
    let text = json(&record);
    outputs::write(files, [text.as_bytes(), page(&record).as_bytes()])?;
    match args.json {
        true => stdout::print(&text)?,
        false => stdout::print(&show::audit(&record, &page_path))?,
    }
    for broken in record.gates.iter().filter(|gate| !gate.passed) {
        eprintln!("a gate was broken: {}", broken.reason);
    }
    Ok(match record.passed {
        true => Exit::Done,
        false => Exit::NotAchieved,
    })
}

/// A model that can be asked for the same images as the one before.
fn read_like(path: &Path, before: (&Path, &Model)) -> anyhow::Result<Model> {
    let model = Model::read(path, before.1.network.device())?;
    data::refuse_unlike((path, &model), before)?;
    Ok(model)
}

/// Refuses one model under two names: a model is always like itself, and counted as two it would make
/// chance look smaller than it is.
fn refuse_twice<'a>(models: impl Iterator<Item = (&'a Path, &'a Model)>) -> anyhow::Result<()> {
    let mut seen: Vec<(Digest, &Path)> = Vec::new();
    for (path, model) in models {
        let digest = model.digest();
        if let Some((_, other)) = seen.iter().find(|(of, _)| *of == digest) {
            bail!(
                "{}: expected a model of its own, found the same weights as in {}",
                path.display(),
                other.display()
            );
        }
        seen.push((digest, path));
    }
    Ok(())
}

/// Refuses a retrained model that was shown a forgotten class's code.
fn refuse_planted(
    (path, model): (&Path, &Model),
    codes: &Codebook,
    forgotten: &[usize],
) -> anyhow::Result<()> {
    let known = forgotten
        .iter()
        .find(|class| knows_code(model, codes, **class));
    match known {
        Some(class) => bail!(
            "{}: expected a model that was retrained without {}, found one that knows the class's code",
            path.display(),
            model.metadata.classes.names()[*class]
        ),
        None => Ok(()),
    }
}

fn read_all(files: &[PathBuf], before: (&Path, &Model)) -> anyhow::Result<Vec<Model>> {
    let models = files.iter().map(|file| read_like(file, before));
    models.collect()
}

/// Refuses a model before the request that had forgotten one of its classes, or all others.
fn refuse_forgotten_before(
    before: &Model,
    forgotten: &[usize],
    unused: &[usize],
    path: &Path,
) -> anyhow::Result<()> {
    let metadata = &before.metadata;
    for &class in forgotten {
        ensure!(
            !metadata.is_forgotten(class),
            "{}: expected a model that knows {}, found one that was made to forget it (are --before and --after swapped?)",
            path.display(),
            metadata.classes.names()[class]
        );
    }
    let mut classes = (0..metadata.classes.len()).filter(|class| !unused.contains(class));
    ensure!(
        classes.any(|class| !forgotten.contains(&class) && !metadata.is_forgotten(class)),
        "{}: expected a class that is kept, found none",
        path.display()
    );
    Ok(())
}

/// Refuses data that show nothing of a forgotten class.
fn refuse_unseen(images: &Dataset, forgotten: &[usize]) -> anyhow::Result<()> {
    for &class in forgotten {
        let name = &images.classes.names()[class];
        for (part, split) in [("training", &images.train), ("test", &images.test)] {
            ensure!(
                split.labels().contains(&(class as u32)),
                "{name}: expected {part} images of the class to look for its traces, found none"
            );
        }
    }
    Ok(())
}

/// Refuses classes as never used that should be forgotten, or of which there are no images to ask about.
fn refuse_used(images: &Dataset, forgotten: &[usize], unused: &[usize]) -> anyhow::Result<()> {
    for class in unused {
        let name = &images.classes.names()[*class];
        ensure!(
            !forgotten.contains(class),
            "--unused {name}: expected a class that is not to be forgotten"
        );
        ensure!(
            images.test.labels().contains(&(*class as u32)),
            "{name}: expected test images of the class that was never used, found none"
        );
    }
    Ok(())
}

/// One of the models that are to be retrained.
fn oracle(
    args: &AuditArgs,
    index: usize,
    before: &Model,
    images: &Dataset,
    interrupt: &Interrupt,
) -> anyhow::Result<Result<oracle::Oracle, Unfinished>> {
    let without = [&args.forgotten[..], &args.unused].concat();
    let without = data::without_classes(images, &without)?;
    let seed = oracle::seed(args.seed, index);
    let settings = args.recipe.settings(seed, &before.metadata.architecture);
    let path = args
        .out
        .join(format!("retrained-{}.safetensors", index + 1));
    oracle::train(path, before, &without, settings, interrupt)
}

fn interrupted(out: &Path) -> Exit {
    eprintln!(
        "interrupted; what was finished is kept in {}: the same command goes on",
        out.display()
    );
    Exit::NotAchieved
}
