//! What is wrong with an experiment is told before anything is trained, with its line and key.

use unlearn_compare::CompareError;

use super::small::{TEXT, Written};

/// The text with one part replaced, and what is to be said of it.
const WRONG: &[(&str, &str, &str, &str)] = &[
    // A key that is unknown, missing or of another type.
    ("title =", "titel =", ":1: `titel`", "unknown field"),
    (
        "seeds = [1, 2]",
        "seeds = [1, \"2\"]",
        ":2: `seeds`",
        "invalid type",
    ),
    (
        "name = \"shapes\"",
        "nom = \"shapes\"",
        ":6: `nom`",
        "unknown field",
    ),
    ("limit_per_class", "limit", ":8: `limit`", "unknown field"),
    ("width = 4", "wide = 4", ":9: `network`", "wide"),
    ("\"cnn\"", "\"vgg\"", ":9: `name`", "vgg"),
    (
        "\"cnn\", width = 4",
        "\"arcane\", hidden = [4], known = [0, 1]",
        ":9: `network`",
        "trained as a whole",
    ),
    (
        "title = \"Small\"",
        "title = \"Small",
        ":1: `title`",
        "string",
    ),
    // A value out of its range.
    (
        "seeds = [1, 2]",
        "seeds = [1, 1]",
        ":2: `seeds`",
        "different seeds",
    ),
    (
        "seeds = [1, 2]",
        "seeds = []",
        ":2: `seeds`",
        "at least one",
    ),
    (
        "validation = 0.2",
        "validation = 1.5",
        ":3: `validation`",
        "between 0 and 1",
    ),
    ("width = 4", "width = 0", ":9: `network`", "width"),
    ("epochs = 3", "epochs = 0", ":10: `epochs`", "between 1"),
    ("epochs = 3", "epoch = 3", ":10: `epoch`", "unknown field"),
    ("batch_size = 20", "seed = 20", ":10: `seed`", "`seeds`"),
    ("[0.1, 0.3]", "[0.1, 1.3]", ":11: `mix`", "in [0, 1)"),
    ("[0.1, 0.3]", "[]", ":11: `mix`", "at least one value"),
    // Numbers that a record cannot hold.
    ("[0.1, 0.3]", "[0.1, nan]", ":11: `mix`", "finite"),
    (
        "batch_size = 20",
        "weight_decay = inf",
        ":10: `weight_decay`",
        "finite",
    ),
    (
        "batch_size = 20",
        "augmentation = { brightness = [0.1, -inf] }",
        ":10: `augmentation`",
        "finite",
    ),
    (
        "settings = { epochs = 2",
        "settings = { momentum = nan",
        ":20: `momentum`",
        "finite",
    ),
    (
        "[0.001, 0.03]",
        "[0.001, inf]",
        ":21: `learning_rate`",
        "finite",
    ),
    (
        "search = {",
        "vary = { learning_rate = [1] }\nsearch = {",
        ":22: `learning_rate`",
        "in one place",
    ),
    ("mix = [", "epochs = [", ":11: `epochs`", "in one place"),
    // Data and classes that are not there.
    (
        "data = \"shapes\"",
        "data = \"mnist\"",
        ":7: `data`",
        "mnist",
    ),
    ("\"ring\"", "\"rong\"", ":12: `forget`", "ring"),
    (
        "forget = [\"ring\", [\"star\", 6]]",
        "forget = \"all\"",
        ":12: `forget`",
        "each",
    ),
    (
        "[\"star\", 6]",
        "[0,1,2,3,4,5,6,7,8,9]",
        ":12: `forget`",
        "and of others",
    ),
    (
        "[\"star\", 6]",
        "[0,1,2,3,4,5,6,7,8]",
        ":12: `forget`",
        "two classes or more",
    ),
    (
        "validation = 0.2",
        "validation = 0.01",
        ":12: `forget`",
        "in every part",
    ),
    ("[\"star\", 6]", "\"ring\"", ":12: `forget`", "one twice"),
    // Methods that do not exist, and settings that they do not have.
    (
        "\"mnemonic\"",
        "\"magic\"",
        ":15: `method`",
        "gradient-ascent",
    ),
    (
        "\"mnemonic\"",
        "\"retrain\"",
        ":15: `method`",
        "retrained = true",
    ),
    (
        "\"ascent\"",
        "\"mnemonic\"",
        ":19: `name`",
        "a name of its own",
    ),
    (
        "settings = { epochs = 2",
        "settings = { epoch = 2",
        ":20: `epoch`",
        "`epochs`",
    ),
    (
        "settings = { epochs = 2",
        "settings = { epochs = 0",
        ":20: `epochs`",
        "between 1",
    ),
    (
        "[0.001, 0.03]",
        "[0.001, -1]",
        ":21: `learning_rate`",
        "positive",
    ),
    ("validation = 0.2", "", ":21: `learning_rate`", "validation"),
    (
        "name = \"ascent\"",
        "on = [\"mnist\"]",
        ":19: `on`",
        "one of the originals shapes",
    ),
    // What a method needs and the experiment does not give.
    (
        "validation = 0.2",
        "validation = 0.2\nimages = \"none\"",
        ":19: `method`",
        "training images of the forgotten",
    ),
    (
        "validation = 0.2",
        "validation = 0.2\nimages = \"kept\"",
        ":19: `method`",
        "training images of the forgotten",
    ),
    ("[0.1, 0.3]", "[0.1, 0.0]", ":15: `method`", "the codes"),
];

#[test]
fn line_and_key_are_named() {
    for (part, wrong, place, reason) in WRONG {
        assert!(TEXT.contains(part), "{part}");
        let text = match wrong.is_empty() {
            // The line stays, so that those below keep their numbers.
            true => TEXT.replacen(part, "", 1),
            false => TEXT.replacen(part, wrong, 1),
        };
        let written = Written::new(&text);
        let Err(error) = written.plan() else {
            panic!("{wrong} was not refused")
        };
        assert!(
            matches!(error, CompareError::Experiment { .. }),
            "{wrong}: {error}"
        );
        let message = error.to_string();
        assert!(
            message.contains(&format!("e.toml{place}")),
            "{wrong}: {message}"
        );
        assert!(message.contains(reason), "{wrong}: {message}");
    }
}

/// What leaves one kept class is refused for the retrained model's sake only.
#[test]
fn one_kept_class_is_enough_without_a_retrained_model() {
    let text = TEXT.replace(
        "forget = [\"ring\", [\"star\", 6]]",
        "forget = [[0,1,2,3,4,5,6,7,8]]\nretrained = false",
    );
    let plan = Written::new(&text).plan().unwrap();
    // Two values of `mix`, two seeds: original, bias shift, two methods.
    assert_eq!(plan.cells().len(), 2 * 2 * 4);
}

#[test]
fn a_missing_key_and_a_missing_file_are_named() {
    let written = Written::new("title = \"Small\"\n");
    let message = written.plan().unwrap_err().to_string();
    assert!(message.contains("missing field `seeds`"), "{message}");
    std::fs::remove_file(written.out("e.toml")).unwrap();
    let message = written.plan().unwrap_err().to_string();
    assert!(message.contains("e.toml: cannot be read"), "{message}");
}

#[test]
fn methods_may_be_for_some_originals_only() {
    let with_codes = "name = \"mnemonic\"\non = [\"shapes\"]\n";
    let text = TEXT.replace(
        "method = \"mnemonic\"\n",
        &format!("method = \"mnemonic\"\n{with_codes}"),
    );
    let plain = "[[original]]\nname = \"plain\"\ndata = \"shapes\"\nreading = { limit_per_class = 10 }\n\
        network = { name = \"cnn\", width = 4 }\ntraining = { mix = 0 }\nforget = \"each\"\nnormalize = false\n";
    let written = Written::new(&format!("{text}\n{plain}"));
    let plan = written.plan().unwrap();
    let of_plain = plan.cells().iter().map(ToString::to_string);
    let of_plain: Vec<String> = of_plain.filter(|cell| cell.starts_with("plain")).collect();
    // Two seeds, ten classes: original, retrained, bias shift, ascent.
    assert_eq!(of_plain.len(), 2 * 10 * 4);
    assert!(of_plain.iter().all(|cell| !cell.contains("mnemonic")));
}
