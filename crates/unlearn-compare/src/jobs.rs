//! Several jobs of one process.

use std::panic::resume_unwind;
use std::thread;

use rayon::ThreadPoolBuilder;

use crate::CompareError;

/// Does the work of several jobs at a time, each with its part of the threads; one alone has all.
///
/// # Errors
/// Those of the jobs; that one was stopped only where no other error is why.
pub(crate) fn at_a_time(
    jobs: usize,
    work: impl Fn(usize) -> Result<(), CompareError> + Sync,
) -> Result<(), CompareError> {
    if jobs <= 1 {
        return work(0);
    }
    let threads = (rayon::current_num_threads() / jobs).max(1);
    let work = &work;
    let ended: Vec<Result<(), CompareError>> = thread::scope(|scope| {
        let begun = (0..jobs).map(|job| {
            scope.spawn(move || {
                let pool = ThreadPoolBuilder::new().num_threads(threads).build();
                pool.map_err(CompareError::Threads)?.install(|| work(job))
            })
        });
        let begun: Vec<_> = begun.collect();
        let ended = begun.into_iter().map(thread::ScopedJoinHandle::join);
        ended
            .map(|job| job.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    let errors = ended.into_iter().filter_map(Result::err);
    let (stopped, others): (Vec<_>, Vec<_>) =
        errors.partition(|error| matches!(error, CompareError::Stopped { .. }));
    others.into_iter().chain(stopped).next().map_or(Ok(()), Err)
}
