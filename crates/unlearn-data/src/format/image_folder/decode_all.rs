//! Many image files, decoded on all processors.

use std::{
    fs,
    num::NonZero,
    panic,
    path::{Path, PathBuf},
    thread,
};

use super::decode::{Decoded, ImageFileError, decode};
use crate::DataError;

/// Reads each file and decodes it to `size`, `[height, width]`; the results are in the order of the files.
///
/// With `keep_going` an unreadable file gives its error in its place; without, the first unreadable file ends all.
///
/// # Errors
/// Without `keep_going`, the error of the first file that is unreadable, whatever the number of threads.
pub(super) fn decode_all(
    files: &[PathBuf],
    size: [usize; 2],
    keep_going: bool,
) -> Result<Vec<Result<Decoded, DataError>>, DataError> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    decode_with(threads, files, size, keep_going)
}

fn decode_with(
    threads: usize,
    files: &[PathBuf],
    size: [usize; 2],
    keep_going: bool,
) -> Result<Vec<Result<Decoded, DataError>>, DataError> {
    let decode_chunk = |files: &[PathBuf]| -> Result<Vec<_>, DataError> {
        let decoded = files.iter().map(|file| decode_file(file, size));
        if keep_going {
            Ok(decoded.collect())
        } else {
            decoded.map(|result| result.map(Ok)).collect()
        }
    };
    let chunk = files.len().div_ceil(threads).max(1);
    let chunks: Vec<Result<Vec<_>, DataError>> = thread::scope(|scope| {
        let started: Vec<_> = files
            .chunks(chunk)
            .map(|files| scope.spawn(move || decode_chunk(files)))
            .collect();
        started
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| panic::resume_unwind(panic))
            })
            .collect()
    });
    let mut all = Vec::with_capacity(files.len());
    for chunk in chunks {
        all.extend(chunk?);
    }
    Ok(all)
}

fn decode_file(path: &Path, size: [usize; 2]) -> Result<Decoded, DataError> {
    let image_error = |problem| DataError::Image {
        path: path.to_owned(),
        problem,
    };
    if path.is_dir() {
        return Err(image_error(ImageFileError::Folder));
    }
    let bytes = fs::read(path).map_err(|problem| DataError::io(path, problem))?;
    decode(&bytes, size).map_err(image_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = |index: u8| {
            let path = folder.path().join(format!("{index}"));
            let damaged = index == 3 || index == 9;
            fs::write(
                &path,
                if damaged {
                    vec![]
                } else {
                    [b"P5 1 1 255 ", &[index][..]].concat()
                },
            )
            .unwrap();
            path
        };
        let files: Vec<PathBuf> = (0..13).map(file).collect();
        for threads in [1, 2, 5, 13, 20] {
            let all = decode_with(threads, &files, [1, 1], true).unwrap();
            let values: Vec<_> = all
                .iter()
                .map(|image| image.as_ref().ok().map(|image| image.pixels[0]))
                .collect();
            let expected = |index| (index != 3 && index != 9).then_some(index);
            assert_eq!(values, (0..13).map(expected).collect::<Vec<_>>());
            let error = decode_with(threads, &files, [1, 1], false).unwrap_err();
            assert!(
                matches!(&error, DataError::Image { path, .. } if *path == files[3]),
                "{error}"
            );
        }
        assert!(decode_with(4, &[], [1, 1], false).unwrap().is_empty());
    }

    #[test]
    fn a_folder_and_a_missing_file_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let error = decode_file(folder.path(), [1, 1]).unwrap_err();
        assert!(
            matches!(
                error,
                DataError::Image {
                    problem: ImageFileError::Folder,
                    ..
                }
            ),
            "{error}"
        );
        assert!(matches!(
            decode_file(&folder.path().join("none"), [1, 1]),
            Err(DataError::Io { .. })
        ));
    }
}
