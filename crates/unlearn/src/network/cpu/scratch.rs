//! Memory for intermediate results that is used again.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

thread_local! {
    static KEPT: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
}

/// Numbers of no particular value. Their memory is the calling thread's, which keeps it
/// for whoever asks next: the system need not find and clear it each time.
pub(in crate::network) struct Scratch {
    numbers: Vec<f32>,
    length: usize,
}

impl Scratch {
    /// So many numbers, which no one else uses meanwhile.
    pub fn of_length(length: usize) -> Self {
        let kept = KEPT.with_borrow_mut(Vec::pop);
        let mut numbers = kept.unwrap_or_default();
        if numbers.len() < length {
            numbers.resize(length, 0.0);
        }
        Self { numbers, length }
    }
}

impl Deref for Scratch {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.numbers[..self.length]
    }
}

impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.numbers[..self.length]
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let numbers = std::mem::take(&mut self.numbers);
        KEPT.with_borrow_mut(|kept| kept.push(numbers));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_at_a_time_share_memory_and_it_is_kept_afterwards() {
        let (mut one, mut other) = (Scratch::of_length(4), Scratch::of_length(3));
        one.fill(1.0);
        other.fill(2.0);
        assert_eq!((&*one, &*other), (&[1.0; 4][..], &[2.0; 3][..]));
        let place = one.as_ptr();
        drop(one);
        assert_eq!(Scratch::of_length(2).as_ptr(), place);
    }
}
