//! What can be wrong with an IDX file.

use std::io;

/// What can be wrong with an IDX file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdxError {
    /// It cannot be read or unpacked.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It ends within its header.
    #[error("expected a header of {expected} bytes, found {found}")]
    Header {
        /// Length of the header.
        expected: usize,
        /// Length of the file.
        found: usize,
    },
    /// The first four bytes are not those of an IDX file of bytes.
    #[error("expected an IDX file of unsigned bytes (00 00 08 01 to 04), found {found:02x?}")]
    Magic {
        /// The first four bytes.
        found: [u8; 4],
    },
    /// Another number of dimensions than images or labels have.
    #[error("expected {expected} dimensions ({what}), found {found}")]
    Dimensions {
        /// What the file should hold.
        what: &'static str,
        /// Its dimensions.
        expected: usize,
        /// The file's dimensions.
        found: usize,
    },
    /// A size is zero, or all together are too large.
    #[error("expected sizes above zero and at most 4 GiB of values, found sizes {found:?}")]
    Sizes {
        /// The sizes.
        found: Vec<usize>,
    },
    /// It ends too early.
    #[error("truncated: expected {expected} bytes of values, found {found}")]
    Truncated {
        /// Bytes that the header states.
        expected: usize,
        /// Bytes that are there.
        found: usize,
    },
    /// It goes on after the last value.
    #[error("oversized: expected {expected} bytes of values, found more")]
    Oversized {
        /// Bytes that the header states.
        expected: usize,
    },
    /// There are not as many labels as images.
    #[error("expected {expected} labels, one per image, found {found}")]
    Count {
        /// Number of images.
        expected: usize,
        /// Number of labels.
        found: usize,
    },
    /// Test images are not of the size of the training images.
    #[error("expected images of {expected:?} like the training images, found {found:?}")]
    ImageSize {
        /// Height and width of the training images.
        expected: [usize; 2],
        /// Height and width of the test images.
        found: [usize; 2],
    },
    /// A test label is higher than every training label and than 9.
    #[error("label {index}: expected a class from 0 to {largest}, found {found}")]
    Label {
        /// Place in the file, counted from 0.
        index: usize,
        /// The highest class.
        largest: usize,
        /// The label.
        found: u8,
    },
}
