//! Burn's own operations beside ours, each a minimal case: see docs/upstream.md.
//!
//!     cargo bench --workspace --bench upstream

use burn::tensor::Tensor;
use burn::tensor::module::{conv_transpose2d, conv2d, conv2d_weight_backward};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use divan::Bencher;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use unlearn::network::op::{Conv2d, Mode, Operation, Saved, Wanted};
use unlearn::network::{Device, Value};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Samples, channels in and out, height and width.
const BATCH: usize = 32;
const CHANNELS: usize = 64;
const SIDE: usize = 32;

fn main() {
    divan::main();
}

fn numbers(shape: &[usize]) -> Value {
    let count = shape.iter().product();
    let numbers = (0..count).map(|index: usize| (index * 7919 % 1000) as f32 / 500.0 - 1.0);
    Value::from_vec(numbers.collect(), shape, &Device::flex())
}

fn image() -> Value {
    numbers(&[BATCH, CHANNELS, SIDE, SIDE])
}

fn kernels() -> Value {
    numbers(&[CHANNELS, CHANNELS, 3, 3])
}

fn options() -> ConvOptions<2> {
    ConvOptions::new([1; 2], [1; 2], [1; 2], 1)
}

mod convolution {
    use super::*;

    #[divan::bench]
    fn forward_burn(bencher: Bencher) {
        let (x, w): (Tensor<4>, Tensor<4>) = (image().tensor(), kernels().tensor());
        bencher.bench_local(|| conv2d(x.clone(), w.clone(), None, options()));
    }

    #[divan::bench]
    fn forward_ours(bencher: Bencher) {
        let (conv, x, w) = (Conv2d::new(CHANNELS, CHANNELS, 3), image(), kernels());
        let mut random = ChaCha8Rng::seed_from_u64(0);
        bencher.bench_local(|| {
            let mut mode = Mode::Training(&mut random);
            conv.forward(vec![x.clone()], std::slice::from_ref(&w), &mut mode)
        });
    }

    #[divan::bench]
    fn input_gradient_burn(bencher: Bencher) {
        let (d, w): (Tensor<4>, Tensor<4>) = (image().tensor(), kernels().tensor());
        let options = || ConvTransposeOptions::new([1; 2], [1; 2], [0; 2], [1; 2], 1);
        bencher.bench_local(|| conv_transpose2d(d.clone(), w.clone(), None, options()));
    }

    #[divan::bench]
    fn input_gradient_ours(bencher: Bencher) {
        backward(bencher, true, false);
    }

    #[divan::bench]
    fn weight_gradient_burn(bencher: Bencher) {
        let (x, w): (Tensor<4>, Tensor<4>) = (image().tensor(), kernels().tensor());
        let d: Tensor<4> = image().tensor();
        bencher.bench_local(|| conv2d_weight_backward(x.clone(), w.clone(), d.clone(), options()));
    }

    #[divan::bench]
    fn weight_gradient_ours(bencher: Bencher) {
        backward(bencher, false, true);
    }

    fn backward(bencher: Bencher, inputs: bool, parameters: bool) {
        let (conv, d, w) = (Conv2d::new(CHANNELS, CHANNELS, 3), image(), kernels());
        let saved = Saved {
            is_training: true,
            ..Saved::values([image()])
        };
        bencher.bench_local(|| {
            let wanted = Wanted {
                inputs: &[inputs],
                parameters,
            };
            conv.backward(&saved, std::slice::from_ref(&w), d.clone(), wanted)
        });
    }
}
