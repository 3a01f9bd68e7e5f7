//! The allocator of the command.

use libmimalloc_sys::{mi_option_set_default, mi_option_t, mi_option_use_numa_nodes};

/// The system's allocator gives large tensors back to the system after every
/// training step and asks for them anew at the next, which costs page faults;
/// this one keeps them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay`, which the bindings leave out; it comes just before this one.
const PURGE_DELAY: mi_option_t = mi_option_use_numa_nodes - 1;

/// Memory that was free for so many milliseconds goes back to the system. With
/// the allocator's own 10 a training step would lose most of its memory meanwhile, and
/// a fifth of its time to having it cleared again.
const KEPT_MS: std::ffi::c_long = 1000;

/// Makes the allocator keep memory from step to step where these follow each other, and else
/// give it back at once, unless the environment says otherwise (`MIMALLOC_PURGE_DELAY`).
pub fn tell(repeats_itself: bool) {
    let kept = if repeats_itself { KEPT_MS } else { 0 };
    // SAFETY: sets a number, before any other thread is there.
    unsafe { mi_option_set_default(PURGE_DELAY, kept) }
}
