//! Fisher diagonals of codes and of some images beside those of all training images.

use unlearn_report::{CellRecord, ComparisonRecord, comparison_markdown};

use super::small::{Written, do_share, results};

/// A code per class in a network with codes, images in one without.
const TEXT: &str = r#"title = "Fisher"
seeds = [1, 2]
fisher_error = true

[[original]]
name = "with codes"
data = "shapes"
reading = { limit_per_class = 6 }
network = { name = "cnn", width = 4 }
training = { epochs = 3, batch_size = 20 }
retrained = false
forget = ["ring"]

[[original]]
name = "without"
data = "shapes"
reading = { limit_per_class = 6 }
network = { name = "cnn", width = 4 }
training = { epochs = 3, batch_size = 20, mix = 0.0 }
retrained = false
forget = ["ring"]

[[method]]
method = "mnemonic"
on = ["with codes"]
settings = { lambda1 = 1e-3, lambda2 = 10.0 }

[[method]]
method = "mnemonic-with-images"
on = ["without"]
name = "images"
vary = { images_per_class = [1, 5, 6] }

[[method]]
method = "mnemonic-with-images"
on = ["without"]
name = "all images"
"#;

fn done(text: &str) -> Vec<CellRecord> {
    let written = Written::new(text);
    let plan = written.plan().unwrap();
    let out = written.out("out");
    do_share(&plan, &out, "1/1");
    results(&plan, &out)
}

#[test]
fn fisher_diagonals_stand_beside_the_exact_ones_and_zeros() {
    let records = done(TEXT);
    let of = |row: &str| {
        let of_row = records.iter().find(|record| record.row == row);
        of_row.unwrap().result.fisher.unwrap()
    };
    let codes = of("mnemonic");
    assert_eq!((codes.samples, codes.exact_samples), (10, 60));
    assert!(codes.forgotten.mean_absolute > 0.0);
    assert!(codes.eta_rank_correlation.unwrap().abs() < 1.0);

    let errors = ["1", "5", "6"].map(|count| of(&format!("images, images_per_class {count}")));
    let relative = errors.map(|errors| errors.kept.relative.unwrap());
    assert_eq!(errors.map(|errors| errors.samples), [10, 50, 60]);
    assert!(
        relative[0] > relative[1] && relative[1] > 1e-3,
        "{relative:?}"
    );
    // Six images of each class are all there are, in another order: rounding alone is left.
    assert!(relative[2] < 1e-5, "{relative:?}");
    let all = of("all images");
    assert_eq!((all.samples, all.kept.relative), (60, Some(0.0)));
    assert_eq!(
        all.eta_rank_correlation
            .map(|rank| (1.0 - rank).abs() < 1e-9),
        Some(true)
    );
    let other = records.iter().filter(|record| record.row == "bias-shift");
    assert!(
        other
            .into_iter()
            .all(|record| record.result.fisher.is_none())
    );

    let comparison = ComparisonRecord::new("Fisher", &records);
    let rows = &comparison.tables[1].fisher;
    let names: Vec<&str> = rows.iter().map(|row| &*row.name).collect();
    assert_eq!(names[0], "all zeros");
    assert_eq!((names.len(), names[4]), (5, "all images"));
    let zeros = &rows[0];
    assert!(zeros.is_control);
    assert_eq!(zeros.forgotten.relative.unwrap().mean, 1.0);
    // Zeros are wrong by the mean of what there is, as every method's cells say.
    let mean = zeros.forgotten.mean_absolute.unwrap();
    let of_seeds = records.iter().filter(|record| record.row == "all images");
    let of_seeds = of_seeds.map(|record| record.result.fisher.unwrap().forgotten);
    let sum: f64 = of_seeds.map(|error| error.mean_absolute_of_zeros).sum();
    assert_eq!(mean.count, 2);
    assert!((mean.mean - sum / 2.0).abs() < 1e-12 * sum);
    let markdown = comparison_markdown(&comparison);
    assert!(markdown.contains("| *all zeros* | "), "{markdown}");
    assert!(markdown.contains("1.00 ± 0.00"), "{markdown}");
}

/// What is not asked for is neither computed nor part of what a cell is named by.
#[test]
fn fisher_diagonals_are_asked_for() {
    let asked = Written::new(TEXT).plan().unwrap();
    let text = TEXT.replace("fisher_error = true", "");
    let plain = Written::new(&text).plan().unwrap();
    for (asked, plain) in asked.cells().iter().zip(plain.cells()) {
        let has_some =
            plain.to_string().contains("mnemonic") || plain.to_string().contains("images");
        assert_eq!(asked.digest != plain.digest, has_some, "{plain}");
    }
    let records = done(&text.replace("seeds = [1, 2]", "seeds = [1]"));
    assert!(records.iter().all(|record| record.result.fisher.is_none()));
    let line = unlearn_report::json_line(&records[2]);
    assert!(!line.contains("fisher"), "{line}");
}
