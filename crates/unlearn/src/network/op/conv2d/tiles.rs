//! Winograd's transforms for 3x3 kernels and tiles of 2x2.

use crate::network::cpu::Scratch;

/// How the output of a 3x3 convolution of stride 1 is cut into tiles of 2x2,
/// each of which sees 4x4 numbers of the input.
///
/// With
/// `B^T = [1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1]`,
/// `G = [1 0 0; 1/2 1/2 1/2; 1/2 -1/2 1/2; 0 0 1]` and
/// `A^T = [1 1 1 0; 0 1 -1 -1]`
/// a tile of the output is `A^T ((G g G^T) * (B^T d B)) A`, with the product taken
/// element by element and summed over channels: 16 products where there were
/// 36 (Winograd 1980; Lavin and Gray, CVPR 2016).
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiles {
    input: [usize; 2],
    output: [usize; 2],
    padding: [usize; 2],
}

/// Elements of a transformed tile.
pub(super) const ELEMENTS: usize = 16;

/// Numbers of a kernel.
pub(super) const KERNEL: usize = 9;

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

impl Tiles {
    /// For planes of this height and width, with so many zeros around the input.
    pub fn new(input: [usize; 2], output: [usize; 2], padding: [usize; 2]) -> Self {
        Self {
            input,
            output,
            padding,
        }
    }

    /// Those of the gradient of the input.
    pub fn backwards(&self) -> Self {
        Self {
            input: self.output,
            output: self.input,
            padding: self.padding.map(|padding| 2 - padding),
        }
    }

    /// Tiles of one plane.
    pub fn count(&self) -> usize {
        self.grid()[0] * self.grid()[1]
    }

    /// Numbers in a plane of the input.
    pub fn input_length(&self) -> usize {
        self.input[0] * self.input[1]
    }

    /// Numbers in a plane of the output.
    pub fn output_length(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// `B^T d B` for a plane of the input: element e of tile t goes to
    /// `transformed[e * step + t]`.
    pub fn input(&self, plane: &[f32], transformed: &mut [f32], step: usize) {
        let [rows, columns] = self.grid();
        let phases = self.phases(plane);
        for row in 0..rows {
            let of_row = &mut transformed[row * columns..];
            in_pieces!(columns, input_tiles(&phases, row, of_row, step));
        }
    }

    /// The padded input as four planes of its even and odd rows and columns:
    /// tile (i, j) begins at (i, j) in each of them.
    fn phases(&self, plane: &[f32]) -> Phases {
        let [rows, columns] = self.grid();
        let width = columns + 1;
        let length = (rows + 1) * width;
        let mut numbers = Scratch::of_length(4 * length);
        numbers.fill(0.0);
        let [above, left] = self.padding;
        for (y, line) in (above..).zip(plane.chunks_exact(self.input[1])) {
            let start = (y % 2) * 2 * length + (y / 2) * width;
            let mut place = [start + left.div_ceil(2), start + length + left / 2];
            let mut column = left % 2;
            for number in line {
                numbers[place[column]] = *number;
                place[column] += 1;
                column = 1 - column;
            }
        }
        Phases {
            numbers,
            length,
            width,
        }
    }

    /// `A^T m A` for a plane of the output: the inverse of the transforms.
    pub fn output(&self, transformed: &[f32], step: usize, plane: &mut [f32]) {
        let columns = self.grid()[1];
        let width = self.output[1];
        for (row, lines) in plane.chunks_mut(2 * width).enumerate() {
            let of_row = &transformed[row * columns..];
            let mut lines = lines.split_at_mut(width);
            in_pieces!(columns, output_tiles(of_row, step, &mut lines));
        }
    }

    /// `A d A^T` for a plane of the output's gradient: the adjoint of [`Tiles::output`].
    pub fn output_gradient(&self, plane: &[f32], transformed: &mut [f32], step: usize) {
        let columns = self.grid()[1];
        let width = self.output[1];
        for (row, lines) in plane.chunks(2 * width).enumerate() {
            let of_row = &mut transformed[row * columns..];
            let lines = lines.split_at(width);
            in_pieces!(columns, output_gradient_tiles(lines, of_row, step));
        }
    }

    /// Rows and columns of tiles.
    fn grid(&self) -> [usize; 2] {
        self.output.map(|side| side.div_ceil(2))
    }
}

/// `G g G^T` for kernels `[count, 3, 3]`: element e of kernel k goes to
/// `transformed[e * step + k]`.
pub(super) fn transform_kernels(kernels: &[f32], transformed: &mut [f32], step: usize) {
    let count = kernels.len() / KERNEL;
    in_pieces!(count, kernel_lanes(kernels, transformed, step));
}

/// `G^T u G` for the gradient of [`transform_kernels`]: its adjoint.
pub(super) fn kernel_gradients(transformed: &[f32], step: usize, kernels: &mut [f32]) {
    let count = kernels.len() / KERNEL;
    in_pieces!(count, kernel_gradient_lanes(transformed, step, kernels));
}

struct Phases {
    numbers: Scratch,
    /// Numbers in one plane.
    length: usize,
    /// Numbers in one of its rows.
    width: usize,
}

/// The same number of L tiles. Plain loops, which become vector instructions.
type Lanes<const L: usize> = [f32; L];

#[inline(always)]
fn lanes<const L: usize>(of: impl Fn(usize) -> f32) -> Lanes<L> {
    let mut lanes = [0.0; L];
    for (lane, number) in lanes.iter_mut().enumerate() {
        *number = of(lane);
    }
    lanes
}

#[inline(always)]
fn add<const L: usize>(one: Lanes<L>, other: Lanes<L>) -> Lanes<L> {
    lanes(|lane| one[lane] + other[lane])
}

#[inline(always)]
fn sub<const L: usize>(one: Lanes<L>, other: Lanes<L>) -> Lanes<L> {
    lanes(|lane| one[lane] - other[lane])
}

#[inline(always)]
fn half<const L: usize>(one: Lanes<L>) -> Lanes<L> {
    lanes(|lane| 0.5 * one[lane])
}

#[inline(always)]
fn load<const L: usize>(numbers: &[f32]) -> Lanes<L> {
    let numbers = &numbers[..L];
    lanes(|lane| numbers[lane])
}

/// `T x T^T` for a tile x, T being the matrix that `of` multiplies columns with.
#[inline(always)]
fn on_both_sides<const L: usize, const N: usize, const M: usize>(
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
fn tile<const L: usize, const N: usize>(
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

/// `B^T x`.
#[inline(always)]
fn input_transform<const L: usize>([a, b, c, d]: [Lanes<L>; 4]) -> [Lanes<L>; 4] {
    [sub(a, c), add(b, c), sub(c, b), sub(b, d)]
}

/// `A^T x`.
#[inline(always)]
fn output_transform<const L: usize>([a, b, c, d]: [Lanes<L>; 4]) -> [Lanes<L>; 2] {
    [add(add(a, b), c), sub(sub(b, c), d)]
}

/// `A x`.
#[inline(always)]
fn output_gradient_transform<const L: usize>([a, b]: [Lanes<L>; 2]) -> [Lanes<L>; 4] {
    [a, add(a, b), sub(a, b), sub([0.0; L], b)]
}

/// `G x`.
#[inline(always)]
fn kernel_transform<const L: usize>([a, b, c]: [Lanes<L>; 3]) -> [Lanes<L>; 4] {
    let outer = half(add(a, c));
    let inner = half(b);
    [a, add(outer, inner), sub(outer, inner), c]
}

/// `G^T x`.
#[inline(always)]
fn kernel_gradient_transform<const L: usize>([a, b, c, d]: [Lanes<L>; 4]) -> [Lanes<L>; 3] {
    let sum = half(add(b, c));
    [add(a, sum), half(sub(b, c)), add(sum, d)]
}

fn input_tiles<const L: usize>(
    first: usize,
    phases: &Phases,
    row: usize,
    transformed: &mut [f32],
    step: usize,
) -> usize {
    let tile = tile::<L, 4>(|y, x| {
        let phase = 2 * (y % 2) + x % 2;
        let place = (row + y / 2) * phases.width + first + x / 2;
        load(&phases.numbers[phase * phases.length + place..])
    });
    store(
        on_both_sides(tile, input_transform),
        transformed,
        step,
        first,
    );
    L
}

fn output_tiles<const L: usize>(
    first: usize,
    transformed: &[f32],
    step: usize,
    lines: &mut (&mut [f32], &mut [f32]),
) -> usize {
    let tile = tile::<L, 4>(|y, x| load(&transformed[(4 * y + x) * step + first..]));
    let tile = on_both_sides(tile, output_transform);
    for (line, lanes) in [&mut *lines.0, &mut *lines.1].into_iter().zip(tile) {
        // The last tiles may reach beyond the plane.
        let line = line.get_mut(2 * first..).unwrap_or_default();
        let mut pairs = line.chunks_exact_mut(2);
        let [even, odd] = lanes;
        let count = pairs.len();
        for ((pair, even), odd) in pairs.by_ref().zip(even).zip(odd) {
            pair.copy_from_slice(&[even, odd]);
        }
        if count < L
            && let [last] = pairs.into_remainder()
        {
            *last = even[count];
        }
    }
    L
}

fn output_gradient_tiles<const L: usize>(
    first: usize,
    (upper, lower): (&[f32], &[f32]),
    transformed: &mut [f32],
    step: usize,
) -> usize {
    let tile = tile::<L, 2>(|y, column| {
        let line = if y == 0 { upper } else { lower };
        let line = line.get(2 * first..).unwrap_or_default();
        match line.get(..2 * L) {
            Some(pairs) => lanes(|lane| pairs[2 * lane + column]),
            // The last tiles may reach beyond the plane.
            None => lanes(|lane| line.get(2 * lane + column).copied().unwrap_or_default()),
        }
    });
    let tile = on_both_sides(tile, output_gradient_transform);
    store(tile, transformed, step, first);
    L
}

fn kernel_lanes<const L: usize>(
    first: usize,
    kernels: &[f32],
    transformed: &mut [f32],
    step: usize,
) -> usize {
    let kernels = &kernels[first * KERNEL..][..L * KERNEL];
    let kernel = tile::<L, 3>(|y, x| lanes(|lane| kernels[lane * KERNEL + 3 * y + x]));
    store(
        on_both_sides(kernel, kernel_transform),
        transformed,
        step,
        first,
    );
    L
}

fn kernel_gradient_lanes<const L: usize>(
    first: usize,
    transformed: &[f32],
    step: usize,
    kernels: &mut [f32],
) -> usize {
    let gradient = tile::<L, 4>(|y, x| load(&transformed[(4 * y + x) * step + first..]));
    let kernel = on_both_sides(gradient, kernel_gradient_transform);
    let kernels = &mut kernels[first * KERNEL..][..L * KERNEL];
    for (lane, of_lane) in kernels.chunks_exact_mut(KERNEL).enumerate() {
        for (place, number) in of_lane.iter_mut().enumerate() {
            *number = kernel[place / 3][place % 3][lane];
        }
    }
    L
}

#[inline(always)]
fn store<const L: usize>(
    tile: [[Lanes<L>; 4]; 4],
    transformed: &mut [f32],
    step: usize,
    first: usize,
) {
    for (element, lanes) in tile.as_flattened().iter().enumerate() {
        transformed[element * step + first..][..L].copy_from_slice(lanes);
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng;
    use unlearn_data::stream;

    use super::*;

    /// A plane convolved with a kernel, tile by tile.
    fn convolve(tiles: &Tiles, plane: &[f32], kernel: &[f32]) -> Vec<f32> {
        let step = tiles.count() + 3;
        let mut transformed = vec![0.0; ELEMENTS * step];
        tiles.input(plane, &mut transformed, step);
        let mut weights = [0.0; ELEMENTS];
        transform_kernels(kernel, &mut weights, 1);
        for (element, weight) in weights.iter().enumerate() {
            let of_element = &mut transformed[element * step..][..tiles.count()];
            of_element.iter_mut().for_each(|number| *number *= weight);
        }
        let mut output = vec![0.0; tiles.output_length()];
        tiles.output(&transformed, step, &mut output);
        output
    }

    fn reference(tiles: &Tiles, plane: &[f32], kernel: &[f32]) -> Vec<f64> {
        let ([height, width], [above, left]) = (tiles.input, tiles.padding);
        let at = |y: usize, x: usize| match (y.checked_sub(above), x.checked_sub(left)) {
            (Some(y), Some(x)) if y < height && x < width => f64::from(plane[y * width + x]),
            _ => 0.0,
        };
        let places = (0..tiles.output_length())
            .map(|place| (place / tiles.output[1], place % tiles.output[1]));
        let sums = places.map(|(y, x)| {
            let terms = kernel.iter().enumerate();
            let terms = terms.map(|(k, weight)| f64::from(*weight) * at(y + k / 3, x + k % 3));
            terms.sum::<f64>()
        });
        sums.collect()
    }

    fn numbers(count: usize, name: &str) -> Vec<f32> {
        let mut random = stream(count as u64, name);
        (0..count).map(|_| random.random_range(-1.0..1.0)).collect()
    }

    /// Heights and widths of the input and the zeros around it.
    const CASES: [([usize; 2], [usize; 2]); 5] = [
        ([32, 32], [1, 1]),
        ([5, 4], [1, 1]),
        ([3, 13], [0, 2]),
        ([4, 4], [2, 0]),
        ([1, 1], [1, 1]),
    ];

    fn tiles(input: [usize; 2], padding: [usize; 2]) -> Tiles {
        let output = [0, 1].map(|axis| input[axis] + 2 * padding[axis] - 2);
        Tiles::new(input, output, padding)
    }

    #[test]
    fn tiles_make_up_the_convolution_whatever_the_sides() {
        let kernel = numbers(KERNEL, "kernel");
        for (input, padding) in CASES {
            let tiles = tiles(input, padding);
            let plane = numbers(tiles.input_length(), "plane");
            let found = convolve(&tiles, &plane, &kernel);
            for (found, expected) in found.iter().zip(reference(&tiles, &plane, &kernel)) {
                assert!(
                    (f64::from(*found) - expected).abs() < 1e-5,
                    "{input:?}: {found} {expected}"
                );
            }
        }
    }

    /// `<output(m), d> = <m, output_gradient(d)>`, and so for kernels.
    #[test]
    fn gradients_are_the_adjoints() {
        let dot = |one: &[f32], other: &[f32]| -> f64 {
            let pairs = one.iter().zip(other);
            pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        };
        for (input, padding) in CASES {
            let tiles = tiles(input, padding);
            let step = tiles.count();
            let transformed = numbers(ELEMENTS * step, "transformed");
            let delta = numbers(tiles.output_length(), "delta");
            let mut output = vec![0.0; delta.len()];
            tiles.output(&transformed, step, &mut output);
            let mut gradient = vec![0.0; transformed.len()];
            tiles.output_gradient(&delta, &mut gradient, step);
            let difference = dot(&output, &delta) - dot(&transformed, &gradient);
            assert!(difference.abs() < 1e-4, "{input:?}: {difference}");
        }
        let (kernels, gradient) = (numbers(13 * KERNEL, "kernels"), numbers(13 * ELEMENTS, "u"));
        let mut transformed = vec![0.0; gradient.len()];
        transform_kernels(&kernels, &mut transformed, 13);
        let mut back = vec![0.0; kernels.len()];
        kernel_gradients(&gradient, 13, &mut back);
        let difference = dot(&transformed, &gradient) - dot(&kernels, &back);
        assert!(difference.abs() < 1e-5, "{difference}");
    }
}
