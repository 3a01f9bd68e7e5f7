//! Model files that cannot be used, and those that can after conversion.

use std::collections::BTreeMap;
use std::fs;

use super::command::{files, run};
use super::tensors::{Tensor, change};
use super::trained::{folder, read};

type Change = fn(&mut BTreeMap<String, Tensor>);

#[test]
fn what_is_wrong_with_the_tensors_is_said() {
    let cases: [(&str, Change, &[&str]); 5] = [
        (
            "a missing tensor",
            |tensors| drop(tensors.remove("fc2.bias")),
            &["expected a tensor `fc2.bias` of shape [4], found none"],
        ),
        (
            "an extra tensor",
            |tensors| drop(tensors.insert("fc3.bias".into(), Tensor::zeros(&[4]))),
            &["expected 4 tensors, found another one, `fc3.bias`"],
        ),
        (
            "a mis-shaped tensor",
            |tensors| drop(tensors.insert("fc2.weight".into(), Tensor::zeros(&[16, 4]))),
            &["tensor `fc2.weight`: expected shape [4, 16], found [16, 4]"],
        ),
        (
            "not a number",
            |tensors| {
                let bias = tensors.get_mut("fc2.bias").unwrap();
                bias.bytes[4..8].copy_from_slice(&f32::NAN.to_le_bytes());
            },
            &["tensor `fc2.bias`: expected finite numbers, found NaN at element 1"],
        ),
        (
            "infinity",
            |tensors| {
                let bias = tensors.get_mut("fc1.bias").unwrap();
                bias.bytes[..4].copy_from_slice(&f32::INFINITY.to_le_bytes());
            },
            &["tensor `fc1.bias`", "found inf at element 0"],
        ),
    ];
    let folder = folder();
    let path = folder.path();
    for (name, how, parts) in cases {
        change(&path.join("m"), &path.join("broken"), how);
        let parts = [&["broken: "], parts].concat();
        let before = files(path);
        for arguments in [
            "forget broken --codes c --class red --out m2",
            "evaluate broken --data data",
            "inspect broken",
        ] {
            let ran = run(path, arguments);
            assert_eq!(ran.code, Some(2), "{name}: {arguments}: {ran:?}");
            ran.bad(&parts);
            assert_eq!(files(path), before, "{name}: {arguments}");
        }
    }
}

#[test]
fn what_is_no_model_is_refused() {
    let folder = folder();
    let path = folder.path();
    let model = read(path, "m");
    fs::write(
        path.join("garbage"),
        b"\x05\x00\x00\x00\x00\x00\x00\x00{\"a\"",
    )
    .unwrap();
    fs::write(path.join("cut"), &model[..model.len() - 7]).unwrap();
    fs::write(path.join("long"), [&model[..], &[0; 9]].concat()).unwrap();
    let plain = safetensors::serialize([("a", view())], None).unwrap();
    fs::write(path.join("foreign"), plain).unwrap();
    for (name, parts) in [
        ("nowhere", &["nowhere: cannot be read"][..]),
        ("data", &["data: cannot be read"]),
        ("garbage", &["garbage: expected a safetensors file"]),
        ("cut", &["cut: expected a safetensors file"]),
        ("long", &["long: expected a safetensors file"]),
        (
            "foreign",
            &[
                "foreign: expected a model",
                "without a description by unlearn",
            ],
        ),
        ("c", &["c: metadata", "expected the description of a model"]),
    ] {
        run(path, &format!("evaluate {name} --data data")).bad(parts);
        run(
            path,
            &format!("forget {name} --codes c --class red --out m2"),
        )
        .bad(parts);
        assert!(!path.join("m2").exists(), "{name}");
    }
    for name in ["nowhere", "garbage", "cut", "foreign"] {
        run(path, &format!("inspect {name}")).bad(&[name]);
    }
}

fn view() -> safetensors::tensor::TensorView<'static> {
    let shape = vec![1];
    safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape, &[0; 4]).unwrap()
}

#[test]
fn half_precision_loads_by_conversion() {
    let folder = folder();
    let path = folder.path();
    change(&path.join("m"), &path.join("half"), |tensors| {
        tensors
            .values_mut()
            .for_each(|tensor| *tensor = tensor.to_half());
    });
    let json = run(path, "evaluate half --data data --json").done();
    assert!(json.contains("\"accuracy_percent\": 100.0"), "{json}");
    assert!(read(path, "half").len() < read(path, "m").len());
}
