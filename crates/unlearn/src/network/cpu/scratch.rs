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
        let mut numbers = KEPT.with_borrow_mut(|kept| take_fitting(kept, length));
        if numbers.len() < length {
            numbers.resize(length, 0.0);
        }
        Self { numbers, length }
    }
}

/// The smallest memory that holds so many numbers, or else the largest, which is to grow: so
/// not all that is kept grows to the largest that was ever asked for.
fn take_fitting(kept: &mut Vec<Vec<f32>>, length: usize) -> Vec<f32> {
    let of_rank = |(_, numbers): &(usize, &Vec<f32>)| match numbers.len() {
        enough if enough >= length => (0, enough),
        less => (1, usize::MAX - less),
    };
    let best = kept.iter().enumerate().min_by_key(of_rank);
    let best = best.map(|(place, _)| place);
    best.map_or_else(Vec::new, |place| kept.swap_remove(place))
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

    #[test]
    fn who_asks_for_little_leaves_the_large() {
        let kept = || vec![vec![0.0; 3], vec![0.0; 9], vec![0.0; 5]];
        let taken = |length| take_fitting(&mut kept(), length).len();
        assert_eq!([1, 4, 6, 10].map(taken), [3, 5, 9, 9]);
        assert!(take_fitting(&mut Vec::new(), 1).is_empty());
    }
}
