//! Loops in the widest vector instructions that the processor has.

use macerator::AutoArch;

/// Runs a loop as it was compiled for the widest vector instructions of the processor.
///
/// Nothing is summed in another order and no product is joined with a sum, so that
/// the numbers are the same bits on every processor.
#[inline(always)]
pub(crate) fn wide<T>(work: impl FnOnce() -> T) -> T {
    AutoArch::new().dispatch(work)
}
