//! The folders stand in one line: each imports only those before it.

use std::fs;
use std::path::Path;

const ORDER: [&str; 11] = [
    "network",
    "solve",
    "checkpoint",
    "means",
    "code",
    "train",
    "tune",
    "fisher",
    "enrol",
    "forget",
    "audit",
];

fn assert_imports_lie_below(folder: &Path, layer: usize) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_imports_lie_below(&path, layer);
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            !text.contains("crate::{"),
            "{}: imports of several folders in one line hide their order",
            path.display()
        );
        for (later, name) in ORDER.iter().enumerate().skip(layer + 1) {
            let import = format!("crate::{name}");
            assert!(
                !text.contains(&import),
                "{}: `{}` (place {layer}) imports `{name}` (place {later})",
                path.display(),
                ORDER[layer]
            );
        }
    }
}

#[test]
fn imports_point_down() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (layer, name) in ORDER.iter().enumerate() {
        assert_imports_lie_below(&source.join(name), layer);
    }
    let folders = fs::read_dir(source).unwrap().filter(|entry| {
        let entry = entry.as_ref().unwrap();
        entry.path().is_dir()
    });
    assert_eq!(
        folders.count(),
        ORDER.len(),
        "a folder that has no place in the line"
    );
}
