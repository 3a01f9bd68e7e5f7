//! The readers on real data sets, found in the folder that the environment variable `UNLEARN_DATA` names.

use std::path::PathBuf;

use unlearn_data::{Dataset, Format, LoadOptions, Normalization, Source, load};

/// The data set of this name; none, and a line that says so, if there is no folder of data sets.
fn real(name: &str, options: &LoadOptions) -> Option<Dataset> {
    let Some(folder) = std::env::var_os("UNLEARN_DATA") else {
        println!("skipped: {name}: UNLEARN_DATA is not set");
        return None;
    };
    Some(load(&Source::Path(PathBuf::from(folder).join(name)), options).unwrap())
}

fn assert_balanced(dataset: &Dataset, train: usize, test: usize) {
    for class in 0..dataset.classes.len() {
        assert_eq!(
            dataset.train.of_classes(&[class]).len(),
            train,
            "training samples of class {class}"
        );
        assert_eq!(
            dataset.test.of_classes(&[class]).len(),
            test,
            "test samples of class {class}"
        );
    }
}

fn assert_measures(dataset: &Dataset, mean: &[f32], std: &[f32], tolerance: f32) {
    let measured = Normalization::measure(&dataset.train);
    for (found, expected) in measured
        .mean
        .iter()
        .zip(mean)
        .chain(measured.std.iter().zip(std))
    {
        assert!((found - expected).abs() < tolerance, "{measured:?}");
    }
}

#[test]
fn mnist() {
    let Some(dataset) = real("mnist", &LoadOptions::default()) else {
        return;
    };
    assert_eq!((dataset.format, dataset.shape), (Format::Idx, [1, 28, 28]));
    assert_eq!((dataset.train.len(), dataset.test.len()), (60_000, 10_000));
    assert_eq!(
        dataset.classes.names(),
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
    );
    assert_eq!(dataset.train.of_classes(&[0]).len(), 5_923);
    // As published everywhere for MNIST.
    assert_measures(&dataset, &[0.1307], &[0.3081], 1e-4);
    assert_eq!(
        dataset.digest.to_string(),
        "sha256:3eadef27e2c1cd3e999c3856a4438ea55a250678a89d1d91df6b4cd2ff0904ee"
    );
}

#[test]
fn fashion_mnist() {
    let Some(dataset) = real("fashion-mnist", &LoadOptions::default()) else {
        return;
    };
    assert_eq!((dataset.format, dataset.shape), (Format::Idx, [1, 28, 28]));
    assert_balanced(&dataset, 6_000, 1_000);
    assert_measures(&dataset, &[0.2860], &[0.3530], 1e-4);
    assert_eq!(
        dataset.digest.to_string(),
        "sha256:0b48a2c2d8bce27ab37f4e429ebe33b9005d063f67f0923afc7af74eaad0ac81"
    );
}

#[test]
fn cifar10_as_an_image_folder() {
    let Some(dataset) = real("cifar10", &LoadOptions::default()) else {
        return;
    };
    assert_eq!(
        (dataset.format, dataset.shape),
        (Format::ImageFolder, [3, 32, 32])
    );
    assert_balanced(&dataset, 5_000, 1_000);
    assert!(dataset.classes.find("truck").is_ok());
    assert!(dataset.skipped.is_empty());
    // Published for CIFAR-10; the test data are JPEG files, which lose a little of it.
    assert_measures(
        &dataset,
        &[0.4914, 0.4822, 0.4465],
        &[0.2470, 0.2435, 0.2616],
        3e-3,
    );
    // JPEG decoders may round differently from machine to machine, so this digest is only compared with itself.
    let again = real("cifar10", &LoadOptions::default()).unwrap();
    assert_eq!(again.digest, dataset.digest);
}

#[test]
fn faces_are_grey_and_split_by_the_seed() {
    let options = LoadOptions {
        image_size: Some([56, 46]),
        ..LoadOptions::default()
    };
    let Some(dataset) = real("orl_faces", &options) else {
        return;
    };
    assert_eq!(
        (dataset.format, dataset.shape),
        (Format::ImageFolder, [1, 56, 46])
    );
    assert_eq!(dataset.classes.len(), 40);
    assert_eq!(
        (dataset.classes.get(1), dataset.classes.get(9)),
        (Some("s2"), Some("s10"))
    );
    assert_balanced(&dataset, 8, 2);
    assert_eq!(
        dataset.digest.to_string(),
        "sha256:83c7477cee0fa445af3e1f9aefdb228da09cf15e107d2fa764693e54ccf1fda6"
    );
    let other = real("orl_faces", &LoadOptions { seed: 1, ..options }).unwrap();
    assert_ne!(other.digest, dataset.digest);
}
