//! Runs that are stopped or killed end with the same records.

use std::fs;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use rand::Rng;
use unlearn::data::stream;
use unlearn::enrol::Shard;
use unlearn::train::Flow;
use unlearn_compare::{CompareError, run};

use super::small::{TEXT, Written, do_share, results};

/// How a run ends before its end.
enum End {
    /// It is asked to stop, as by Ctrl-C.
    Stopped,
    /// It is torn down where it stands, and gets to write nothing more.
    Killed,
}

#[test]
fn a_run_killed_at_random_points_ends_with_the_same_records() {
    // Spare units are read back with the original that they were trained in.
    let written = Written::new(&format!("{TEXT}\n[[method]]\nmethod = \"transplant\"\n"));
    let plan = written.plan().unwrap();
    let (whole, killed) = (written.out("whole"), written.out("killed"));
    do_share(&plan, &whole, "1/1");
    let mut random = stream(5, "kills");
    let (mut ends, mut resumable) = ([0, 0], 0);
    loop {
        let (after, end) = (random.random_range(1..25_u32), ends[0] > ends[1]);
        let jobs = NonZeroUsize::new(random.random_range(1..4)).unwrap();
        let end = if end { End::Killed } else { End::Stopped };
        let steps = AtomicU32::new(0);
        let observer = |_: &unlearn_compare::Progress<'_>| {
            let step = 1 + steps.fetch_add(1, Ordering::Relaxed);
            match end {
                _ if step < after => Flow::Continue,
                End::Stopped => Flow::Stop,
                End::Killed => resume_unwind(Box::new("killed")),
            }
        };
        match catch_unwind(AssertUnwindSafe(|| {
            run(&plan, &killed, Shard::WHOLE, jobs, &observer)
        })) {
            Ok(Ok(())) => break,
            Ok(Err(CompareError::Stopped { done, all })) => {
                assert!(done < all);
                ends[0] += 1;
            }
            Ok(Err(error)) => panic!("{error}"),
            Err(_) => ends[1] += 1,
        }
        let files = fs::read_dir(killed.join("models")).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        resumable += names.filter(|name| name.ends_with(".resume")).count();
    }
    assert!(ends[0] >= 5 && ends[1] >= 5, "{ends:?}");
    assert!(resumable > 0, "no training was stopped in its middle");
    assert_eq!(results(&plan, &killed), results(&plan, &whole));
    for record in results(&plan, &killed) {
        let spare = record.result.choices.get("spare_units");
        let expected = serde_json::json!(record.forgotten.len());
        assert_eq!(spare, (record.row == "transplant").then_some(&expected));
    }
    let left = fs::read_dir(killed.join("models")).unwrap();
    let mut left = left.map(|file| file.unwrap().file_name().into_string().unwrap());
    assert!(
        left.all(|name| !name.ends_with(".resume")),
        "a training was left over"
    );
}

#[test]
fn jobs_end_with_the_same_records_and_stop_together() {
    let written = Written::new(TEXT);
    let plan = written.plan().unwrap();
    let (whole, shared) = (written.out("whole"), written.out("shared"));
    do_share(&plan, &whole, "1/1");
    let jobs = NonZeroUsize::new(3).unwrap();
    let stop = |progress: &unlearn_compare::Progress<'_>| match progress.done {
        0..4 => Flow::Continue,
        _ => Flow::Stop,
    };
    match run(&plan, &shared, Shard::WHOLE, jobs, &stop) {
        Err(CompareError::Stopped { done, all }) => assert!((4..all).contains(&done)),
        ended => panic!("{ended:?}"),
    }
    let most = AtomicUsize::new(0);
    let count = |progress: &unlearn_compare::Progress<'_>| {
        most.fetch_max(progress.done, Ordering::Relaxed);
        assert!(progress.part <= 3.0);
        Flow::Continue
    };
    run(&plan, &shared, Shard::WHOLE, jobs, &count).unwrap();
    assert_eq!(most.into_inner(), plan.cells().len());
    assert_eq!(results(&plan, &shared), results(&plan, &whole));
}

#[test]
fn what_is_done_is_not_done_again() {
    let written = Written::new(TEXT);
    let plan = written.plan().unwrap();
    let out = written.out("out");
    do_share(&plan, &out, "1/1");
    let never = |_: &unlearn_compare::Progress<'_>| -> Flow { panic!("something was done") };
    run(&plan, &out, Shard::WHOLE, NonZeroUsize::MIN, &never).unwrap();

    // Another row is done with the models that are there; the others are found.
    let longer = format!("{TEXT}\n[[method]]\nmethod = \"zero-unit\"\n");
    let longer = Written::new(&longer).plan().unwrap();
    let cells = AtomicUsize::new(usize::MAX);
    let count = |progress: &unlearn_compare::Progress<'_>| {
        cells.fetch_min(progress.done, Ordering::Relaxed);
        assert!(progress.doing.ends_with("zero-unit"), "{}", progress.doing);
        Flow::Continue
    };
    run(&longer, &out, Shard::WHOLE, NonZeroUsize::MIN, &count).unwrap();
    assert_eq!(cells.into_inner(), plan.cells().len());
}
