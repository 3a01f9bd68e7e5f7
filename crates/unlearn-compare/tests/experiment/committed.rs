//! The experiments that are committed can be planned.

use std::fs;
use std::path::Path;

use unlearn::network::DeviceName;
use unlearn_compare::{Experiment, Plan};

/// Every experiment but for its data sets, in whose place artificial images are drawn: methods, settings and what
/// methods need are checked.
#[test]
fn committed_experiments_can_be_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../experiments");
    let files = fs::read_dir(folder).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let is_experiment =
        |path: &std::path::PathBuf| path.extension().is_some_and(|ending| ending == "toml");
    let mut names = Vec::new();
    for path in paths.filter(is_experiment) {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with("reading = "));
        let drawn = lines.map(|line| match line.starts_with("data = ") {
            true => "data = \"shapes\"\nreading = { limit_per_class = 10 }\n".to_owned(),
            false => format!("{line}\n"),
        });
        let drawn: String = drawn.collect();
        let scratch = tempfile::tempdir().unwrap();
        let copy = scratch.path().join(path.file_name().unwrap());
        fs::write(&copy, drawn).unwrap();
        let plan = Experiment::read(&copy)
            .and_then(|read| Plan::new(&read, scratch.path(), DeviceName::Flex));
        let plan = plan.unwrap_or_else(|error| panic!("{error}"));
        assert!(!plan.cells().is_empty());
        names.push(path.file_stem().unwrap().to_str().unwrap().to_owned());
    }
    for name in &names {
        // A part of a table at its full length stands beside the whole table's small variant.
        let table = name.trim_end_matches("-small").trim_end_matches("-mnist");
        let small = format!("{table}-small");
        assert!(names.contains(&small), "{name} has no small variant");
    }
    assert!(names.len() >= 8, "{names:?}");
}
