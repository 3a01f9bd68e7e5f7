//! Shares of an experiment, joined.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use unlearn::enrol::Shard;
use unlearn::train::Flow;
use unlearn_compare::{CompareError, adopt, finished, records, run};

use super::small::{TEXT, Written, do_share, results};

fn names(folder: &Path, ending: &str) -> BTreeSet<String> {
    let files = fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(ending)).collect()
}

/// The bytes of all files but those that hold seconds, by name.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = names(folder, ".safetensors").into_iter();
    files
        .map(|name| {
            let bytes = fs::read(folder.join(&name)).unwrap();
            (name, bytes)
        })
        .collect()
}

#[test]
fn shares_merged_equal_the_single_run() {
    let written = Written::new(TEXT);
    let plan = written.plan().unwrap();
    let whole = written.out("whole");
    do_share(&plan, &whole, "1/1");
    let shares = ["1/3", "2/3", "3/3"].map(|share| {
        let out = written.out(&share.replace('/', "of"));
        do_share(&plan, &out, share);
        out
    });
    let cells = shares
        .clone()
        .map(|share| names(&share.join("cells"), ".json"));
    let all: BTreeSet<String> = cells.iter().flatten().cloned().collect();
    let sum: usize = cells.iter().map(BTreeSet::len).sum();
    assert_eq!(
        (sum, &all),
        (plan.cells().len(), &names(&whole.join("cells"), ".json"))
    );
    assert!(cells.iter().all(|share| !share.is_empty()));

    let merged = written.out("merged");
    adopt(&plan, &merged, &shares[..2]).unwrap();
    match records(&plan, &merged).unwrap_err() {
        CompareError::Missing { all, done, first } => {
            assert_eq!(
                (all, done),
                (plan.cells().len(), finished(&plan, &merged).unwrap())
            );
            assert!(done < all && first.starts_with("shapes, mix"), "{first}");
        }
        error => panic!("{error}"),
    }
    assert_eq!(adopt(&plan, &merged, &shares[2..]).unwrap(), cells[2].len());
    assert_eq!(results(&plan, &merged), results(&plan, &whole));
    // Trained models came along with all that lies beside them, and another row trains none anew.
    assert_eq!(files(&merged.join("models")), files(&whole.join("models")));
    let longer = format!("{TEXT}\n[[method]]\nmethod = \"transplant\"\n");
    let longer = Written::new(&longer).plan().unwrap();
    let only_the_row = |progress: &unlearn_compare::Progress<'_>| {
        assert!(progress.doing.ends_with("transplant"), "{}", progress.doing);
        Flow::Continue
    };
    run(
        &longer,
        &merged,
        Shard::WHOLE,
        NonZeroUsize::MIN,
        &only_the_row,
    )
    .unwrap();
    // The same again changes nothing.
    assert_eq!(adopt(&plan, &merged, &[whole]).unwrap(), 0);
}

#[test]
fn an_original_is_trained_by_one_share() {
    let written = Written::new(TEXT);
    let plan = written.plan().unwrap();
    let share = |text: &str| plan.share(text.parse().unwrap());
    // Four originals, eight pairs of an original and a set of classes, forty cells.
    let sizes = |count: usize| -> Vec<usize> {
        let shares = (1..=count).map(|index| share(&format!("{index}/{count}")));
        shares.map(|cells| cells.len()).collect()
    };
    assert_eq!(plan.cells().len(), 40);
    assert_eq!(sizes(4), [10, 10, 10, 10]);
    assert_eq!(sizes(3), [20, 10, 10]);
    assert_eq!(sizes(8), [5; 8]);
    assert_eq!(sizes(20), [2; 20]);
    assert_eq!(share("2/4"), (10..20).collect::<Vec<_>>());
}

#[test]
fn shares_that_disagree_are_refused() {
    let written = Written::new(TEXT);
    let plan = written.plan().unwrap();
    let [one, other, merged] = ["one", "other", "merged"].map(|name| written.out(name));
    do_share(&plan, &one, "1/8");
    fs::create_dir_all(other.join("cells")).unwrap();
    let mut altered = Vec::new();
    for name in names(&one.join("cells"), ".json") {
        let text = fs::read_to_string(one.join("cells").join(&name)).unwrap();
        let text = text.replace("\"kept_accuracy_percent\":", "\"kept_accuracy_percent\":1");
        fs::write(other.join("cells").join(&name), text).unwrap();
        altered.push(name);
    }
    let error = adopt(&plan, &merged, &[&one, &other])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("expected the same result") && error.contains("measures"),
        "{error}"
    );
    fs::write(other.join("cells").join(&altered[0]), "garbage").unwrap();
    fs::write(other.join("cells").join(&altered[1]), "{}").unwrap();
    let error = adopt(&plan, &written.out("third"), &[&other])
        .unwrap_err()
        .to_string();
    assert!(error.contains("expected what came of a cell"), "{error}");
}
