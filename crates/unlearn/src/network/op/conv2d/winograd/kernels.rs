//! Kernels as tiles see them.

use super::tile::{Lanes, add, half, in_pieces, lanes, load, on_both_sides, store, sub, tile};

/// Numbers of a kernel.
pub const KERNEL: usize = 9;

/// `G g G^T` for kernels `[count, 3, 3]`: element e of kernel k goes to
/// `transformed[e * step + k]`.
pub fn transform_kernels(kernels: &[f32], transformed: &mut [f32], step: usize) {
    let count = kernels.len() / KERNEL;
    in_pieces!(count, kernel_lanes(kernels, transformed, step));
}

/// `G^T u G` for the gradient of [`transform_kernels`]: its adjoint.
pub fn kernel_gradients(transformed: &[f32], step: usize, kernels: &mut [f32]) {
    let count = kernels.len() / KERNEL;
    in_pieces!(count, kernel_gradient_lanes(transformed, step, kernels));
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

#[cfg(test)]
mod tests {
    use super::super::tests::{dot, numbers};
    use super::super::tile::ELEMENTS;
    use super::*;

    /// `<transformed(g), u> = <g, gradients(u)>`.
    #[test]
    fn the_gradient_is_the_adjoint() {
        let (kernels, gradient) = (numbers(13 * KERNEL, "kernels"), numbers(13 * ELEMENTS, "u"));
        let mut transformed = vec![0.0; gradient.len()];
        transform_kernels(&kernels, &mut transformed, 13);
        let mut back = vec![0.0; kernels.len()];
        kernel_gradients(&gradient, 13, &mut back);
        let difference = dot(&transformed, &gradient) - dot(&kernels, &back);
        assert!(difference.abs() < 1e-5, "{difference}");
    }
}
