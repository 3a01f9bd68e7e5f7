//! What a comparison says.

use serde_json::json;
use unlearn::checkpoint::ModelMetadata;
use unlearn::code::CodeKind;
use unlearn::data::{LoadOptions, Normalization, Source, load};
use unlearn::forget::{Job, Request, method};
use unlearn::network::{Architecture, Device};
use unlearn::train::{TrainSettings, Trainer};
use unlearn_report::{ComparisonRecord, comparison_csv, comparison_markdown};

use super::small::{TEXT, Written, do_share, results};

#[test]
fn cells_say_what_was_done_and_found() {
    let written = Written::new(TEXT);
    let plan = written.plan().unwrap();
    let out = written.out("out");
    do_share(&plan, &out, "1/1");
    let records = results(&plan, &out);
    let rows: Vec<&str> = records[..5].iter().map(|record| &*record.row).collect();
    assert_eq!(
        rows,
        ["original", "retrained", "bias-shift", "mnemonic", "ascent"]
    );
    assert_eq!(records[0].varied["mix"], 0.1);
    assert_eq!((records[0].seed, records[10].seed), (1, 2));
    assert_eq!(records[0].forgotten, ["ring"]);
    assert_eq!(records[5].forgotten, ["star", "crescent"]);
    assert!(!records[0].training.contains_key("seed"));
    for record in &records {
        let measures = record.result.measures.as_ref().unwrap();
        assert!(record.result.failure.is_none(), "{record:?}");
        assert_eq!(
            record.result.backward_passes.is_none(),
            record.row == "original"
        );
        assert_eq!(record.result.search.is_some(), record.row == "ascent");
        match &*record.row {
            "original" => assert!(measures.worst_kept.drop_points == 0.0),
            "retrained" | "bias-shift" => assert_eq!(measures.forgotten_error_percent, 100.0),
            _ => {}
        }
    }
    // Eight of ten images of each class are left to train with.
    assert_eq!(records[1].data.training_samples, 80);
    assert_eq!(records[1].result.backward_passes, Some(3 * 72));
    let search = records[4].result.search.as_ref().unwrap();
    assert_eq!((search.trials, search.validation_samples), (2, 20));
    assert_eq!(search.grid["learning_rate"], json!([0.001, 0.03]));
    let chosen = &search.chosen["learning_rate"];
    assert_eq!(&records[4].result.choices["learning_rate"], chosen);
    assert_eq!(records[4].result.choices["epochs"], 2);
    assert_eq!(records[4].settings["epochs"], 2);
    assert!(records[3].settings.is_empty());
    // The retrained model does not depend on what is planted, and is shared.
    let digest = |place: usize| records[place].result.model_digest;
    assert_eq!(digest(1), digest(21));
    assert_ne!(digest(0), digest(20));

    let comparison = ComparisonRecord::new(plan.title(), &records);
    assert_eq!((comparison.cells, comparison.failed_cells), (40, 0));
    // Of either original a table per set and one over both.
    let forgotten = comparison
        .tables
        .iter()
        .map(|table| table.forgotten.as_ref().map(Vec::len));
    let forgotten: Vec<Option<usize>> = forgotten.collect();
    assert_eq!(forgotten, [Some(1), Some(2), None, Some(1), Some(2), None]);
    let row = &comparison.tables[0].rows[4];
    let of_seed = |place: usize| {
        records[place]
            .result
            .measures
            .as_ref()
            .unwrap()
            .kept_accuracy_percent
    };
    let mean = (of_seed(4) + of_seed(14)) / 2.0;
    assert!((row.kept_accuracy.unwrap().mean - mean).abs() < 1e-9);
    assert_eq!(row.kept_accuracy.unwrap().count, 2);
    let markdown = comparison_markdown(&comparison);
    assert!(
        markdown.contains("## shapes, mix 0.1: without star, crescent"),
        "{markdown}"
    );
    assert!(markdown.contains("| *retrained* |"), "{markdown}");
    let csv = comparison_csv(&comparison);
    assert_eq!(csv.lines().count(), 1 + 6 * 5);
    assert!(
        csv.contains("\nshapes,mix=0.3,star; crescent,ascent,false,2,0,"),
        "{csv}"
    );
}

/// The method `retrain` gives the same bits as the model that is trained, resumably, beside the methods; and
/// `transplant` takes a spare unit of the original.
#[test]
fn the_retrained_model_is_that_of_the_method_retrain_and_spare_units_are_those_of_the_original() {
    let text = TEXT
        .replace("validation = 0.2\n", "")
        .replace("search = { learning_rate = [0.001, 0.03] }", "");
    let text = text
        .replace("seeds = [1, 2]", "seeds = [3]")
        .replace("forget = [\"ring\", [\"star\", 6]]", "forget = [\"ring\"]");
    let text = format!("{text}\n[[method]]\nmethod = \"transplant\"\n");
    let written = Written::new(&text);
    let plan = written.plan().unwrap();
    let out = written.out("out");
    do_share(&plan, &out, "1/1");
    let records = results(&plan, &out);

    let options = LoadOptions {
        limit_per_class: Some(10),
        ..LoadOptions::default()
    };
    let data = load(&Source::Shapes, &options).unwrap();
    let settings = TrainSettings {
        epochs: 3,
        batch_size: 20,
        mix: 0.1,
        code_kind: CodeKind::Normal,
        seed: 3,
        ..TrainSettings::default()
    };
    let recipe = settings.check().unwrap();
    let normalization = Normalization::measure(&data.train);
    let cnn = Architecture::Cnn { width: 4 };
    let metadata = ModelMetadata::new(cnn, data.shape, data.classes.clone(), normalization);
    let device = Device::flex();
    let trainer = Trainer::new(metadata, recipe.clone(), &data.train, data.digest, &device);
    let mut trainer = trainer.unwrap();
    trainer.run(&mut ());
    assert_eq!(
        records[0].result.model_digest,
        Some(trainer.model().digest())
    );
    let (model, codes) = trainer.trained(&mut ());
    let request = Request::new(&model, &["ring"]).unwrap();
    let seed = rand::RngCore::next_u32(&mut unlearn::data::stream(3, "methods"));
    let job = Job::new(&model, &codes, &request).unwrap();
    let job = job.with_images(&data.train, Default::default()).unwrap();
    let job = job.with_recipe(&recipe).with_seed(seed.into());
    let outcome = job
        .run(method("retrain", Default::default()).unwrap().as_ref())
        .unwrap();
    assert_eq!(records[1].result.model_digest, Some(outcome.model.digest()));
    assert_eq!(
        records[1].result.backward_passes,
        Some(outcome.backward_passes)
    );

    let transplant = method("transplant", Default::default()).unwrap();
    let outcome = job.run(transplant.as_ref()).unwrap();
    let cell = &records[5].result;
    assert_eq!(records[5].method.as_deref(), Some("transplant"));
    assert_eq!(cell.choices["spare_units"], 1);
    assert_eq!(cell.choices["made_units"], 0);
    assert_eq!(cell.model_digest, Some(outcome.model.digest()));
}

#[test]
fn ensembles_have_rows_like_all_others() {
    let text = TEXT
        .replace("seeds = [1, 2]", "seeds = [1]")
        .replace("vary = { mix = [0.1, 0.3] }\n", "")
        .replace("\"gradient-ascent\"", "\"arcane\"")
        .replace("\"mnemonic\"", "\"sisa\"\nsettings = { shards = 2 }");
    let written = Written::new(&text);
    let plan = written.plan().unwrap();
    let out = written.out("out");
    do_share(&plan, &out, "1/1");
    let records = results(&plan, &out);
    for row in ["sisa", "ascent"] {
        let mut of_row = records.iter().filter(|record| record.row == row);
        assert_eq!(of_row.clone().count(), 2);
        assert!(of_row.all(|record| record.result.failure.is_none()
            && record.result.measures.is_some()
            && record.result.backward_passes > Some(0)));
    }
}

#[test]
fn a_method_that_diverges_fails_its_own_cell_only() {
    let text = TEXT
        .replace("[0.001, 0.03]", "[1e30, 1e35]")
        .replace("seeds = [1, 2]", "seeds = [1]");
    let text = text.replace("vary = { mix = [0.1, 0.3] }\n", "");
    let written = Written::new(&text);
    let plan = written.plan().unwrap();
    let out = written.out("out");
    do_share(&plan, &out, "1/1");
    let records = results(&plan, &out);
    let comparison = ComparisonRecord::new(plan.title(), &records);
    assert_eq!((comparison.cells, comparison.failed_cells), (10, 2));
    let failed = records
        .iter()
        .find(|record| record.row == "ascent")
        .unwrap();
    assert!(
        failed
            .result
            .failure
            .as_ref()
            .unwrap()
            .contains("not finite"),
        "{failed:?}"
    );
    assert!(failed.result.measures.is_none());
    let markdown = comparison_markdown(&comparison);
    assert!(
        markdown.contains("| ascent (1 failed) | - | - |"),
        "{markdown}"
    );
    assert!(markdown.contains("One seed shows no noise"), "{markdown}");
}

/// The method refuses, whatever is tried: its masks are for maps before a global average.
#[test]
fn a_search_in_which_all_fails_says_why() {
    let text = TEXT.replace("seeds = [1, 2]", "seeds = [1]");
    let text = text.replace("vary = { mix = [0.1, 0.3] }\n", "");
    let text = text.replace(
        "{ name = \"cnn\", width = 4 }",
        "{ name = \"mlp\", hidden = [8], activation = \"relu\" }",
    );
    let search = "search = { penalty = [0.1, 1.0] }";
    let text = format!("{text}\n[[method]]\nmethod = \"erm-ktp\"\n{search}\n");
    let written = Written::new(&text);
    let plan = written.plan().unwrap();
    let out = written.out("out");
    do_share(&plan, &out, "1/1");
    let records = results(&plan, &out);
    let failed = records.iter().find(|record| record.row == "erm-ktp");
    let failure = failed.unwrap().result.failure.as_deref().unwrap();
    assert!(
        failure.starts_with(
            "all 2 combinations of settings failed: method `erm-ktp`: expected a network"
        ),
        "{failure}"
    );
    assert_eq!(
        failure.matches("expected a network").count(),
        1,
        "{failure}"
    );
}

#[test]
fn an_original_that_diverges_fails_its_cells_only() {
    let text = TEXT.replace("seeds = [1, 2]", "seeds = [1]");
    let text = text.replace(
        "vary = { mix = [0.1, 0.3] }",
        "vary = { learning_rate = [1e30, 0.05] }",
    );
    let text = text.replace(
        "batch_size = 20 }",
        "batch_size = 20, schedule = \"constant\" }",
    );
    let written = Written::new(&text);
    let plan = written.plan().unwrap();
    let out = written.out("out");
    do_share(&plan, &out, "1/1");
    let records = results(&plan, &out);
    let (diverged, fine) = records.split_at(10);
    let failure = |record: &unlearn_report::CellRecord| record.result.failure.clone();
    assert!(
        diverged
            .iter()
            .all(|record| failure(record).is_some_and(|why| why.contains("diverged")))
    );
    assert!(fine.iter().all(|record| failure(record).is_none()));
}
