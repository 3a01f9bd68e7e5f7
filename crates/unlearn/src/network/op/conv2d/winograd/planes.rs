//! Planes as tiles, and back.

use super::tile::{Lanes, add, in_pieces, lanes, load, on_both_sides, store, sub, tile};
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
pub struct Tiles {
    input: [usize; 2],
    output: [usize; 2],
    padding: [usize; 2],
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

struct Phases {
    numbers: Scratch,
    /// Numbers in one plane.
    length: usize,
    /// Numbers in one of its rows.
    width: usize,
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

#[cfg(test)]
mod tests {
    use super::super::kernels::{KERNEL, transform_kernels};
    use super::super::tests::{dot, numbers};
    use super::super::tile::ELEMENTS;
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

    /// `<output(m), d> = <m, output_gradient(d)>`.
    #[test]
    fn the_gradient_is_the_adjoint() {
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
    }
}
