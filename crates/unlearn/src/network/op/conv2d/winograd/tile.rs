//! Arithmetic with several tiles at the same time.

/// Elements of a transformed tile.
pub const ELEMENTS: usize = 16;

/// Calls a function that works on L tiles at the same time, from the first to
/// the last, with L as large as fits.
macro_rules! in_pieces {
    ($count:expr, $work:ident($($argument:expr),*)) => {
        let mut first = 0;
        while first < $count {
            first += match $count - first {
                8.. => $work::<8>(first, $($argument),*),
                4.. => $work::<4>(first, $($argument),*),
                2.. => $work::<2>(first, $($argument),*),
                _ => $work::<1>(first, $($argument),*),
            };
        }
    };
}

pub(super) use in_pieces;

/// The same number of L tiles. Plain loops, which become vector instructions.
pub type Lanes<const L: usize> = [f32; L];

#[inline(always)]
pub fn lanes<const L: usize>(of: impl Fn(usize) -> f32) -> Lanes<L> {
    let mut lanes = [0.0; L];
    for (lane, number) in lanes.iter_mut().enumerate() {
        *number = of(lane);
    }
    lanes
}

#[inline(always)]
pub fn add<const L: usize>(one: Lanes<L>, other: Lanes<L>) -> Lanes<L> {
    lanes(|lane| one[lane] + other[lane])
}

#[inline(always)]
pub fn sub<const L: usize>(one: Lanes<L>, other: Lanes<L>) -> Lanes<L> {
    lanes(|lane| one[lane] - other[lane])
}

#[inline(always)]
pub fn half<const L: usize>(one: Lanes<L>) -> Lanes<L> {
    lanes(|lane| 0.5 * one[lane])
}

#[inline(always)]
pub fn load<const L: usize>(numbers: &[f32]) -> Lanes<L> {
    let numbers = &numbers[..L];
    lanes(|lane| numbers[lane])
}

/// `T x T^T` for a tile x, T being the matrix that `of` multiplies columns with.
#[inline(always)]
pub fn on_both_sides<const L: usize, const N: usize, const M: usize>(
    tile: [[Lanes<L>; N]; N],
    of: impl Fn([Lanes<L>; N]) -> [Lanes<L>; M],
) -> [[Lanes<L>; M]; M] {
    let mut columns = [[[0.0; L]; M]; N];
    for (column, result) in columns.iter_mut().enumerate() {
        let mut numbers = [[0.0; L]; N];
        for (number, row) in numbers.iter_mut().zip(&tile) {
            *number = row[column];
        }
        *result = of(numbers);
    }
    let mut both = [[[0.0; L]; M]; M];
    for (row, result) in both.iter_mut().enumerate() {
        let mut numbers = [[0.0; L]; N];
        for (number, column) in numbers.iter_mut().zip(&columns) {
            *number = column[row];
        }
        *result = of(numbers);
    }
    both
}

/// A tile whose number in a row and a column is `of` them.
#[inline(always)]
pub fn tile<const L: usize, const N: usize>(
    of: impl Fn(usize, usize) -> Lanes<L>,
) -> [[Lanes<L>; N]; N] {
    let mut tile = [[[0.0; L]; N]; N];
    for (y, row) in tile.iter_mut().enumerate() {
        for (x, number) in row.iter_mut().enumerate() {
            *number = of(y, x);
        }
    }
    tile
}

/// Element e of the first tile goes to `transformed[e * step + first]`, those of the others behind it.
#[inline(always)]
pub fn store<const L: usize>(
    tile: [[Lanes<L>; 4]; 4],
    transformed: &mut [f32],
    step: usize,
    first: usize,
) {
    for (element, lanes) in tile.as_flattened().iter().enumerate() {
        transformed[element * step + first..][..L].copy_from_slice(lanes);
    }
}
