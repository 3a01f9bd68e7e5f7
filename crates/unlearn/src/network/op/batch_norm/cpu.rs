//! Sums and maps over channels in main memory, shared out over threads.

use rayon::prelude::*;

use super::sizes::Planes;

/// Planes whose numbers are at hand. Every sum belongs to one channel and is
/// done by one thread, in double precision, so it does not depend on their number.
pub(super) struct CpuPlanes(pub Planes);

/// Numbers that one thread maps at the least.
const PIECE: usize = 1 << 14;

impl CpuPlanes {
    pub fn statistics(&self, x: &[f32]) -> [Vec<f64>; 2] {
        let count = self.0.count();
        let statistics = self.per_channel(|channel| {
            let mut sum = Sum::default();
            for range in self.planes_of(channel) {
                sum.add(&x[range], |x| f64::from(*x));
            }
            let mean = sum.total() / count;
            let mut squares = Sum::default();
            for range in self.planes_of(channel) {
                squares.add(&x[range], |x| (f64::from(*x) - mean).powi(2));
            }
            [mean, squares.total() / count]
        });
        unzip(statistics)
    }

    pub fn scaled(&self, x: &[f32], scale: &[f32], shift: &[f32]) -> Vec<f32> {
        self.map(|channel, range, out| {
            let (scale, shift) = (scale[channel], shift[channel]);
            for (out, x) in out.iter_mut().zip(&x[range]) {
                *out = x * scale + shift;
            }
        })
    }

    pub fn gradient_sums(&self, delta: &[f32], x: &[f32], mean: &[f32]) -> [Vec<f64>; 2] {
        let sums = self.per_channel(|channel| {
            let mean = mean[channel];
            let mut sums = [Sum::default(), Sum::default()];
            for range in self.planes_of(channel) {
                let (delta, x) = (&delta[range.clone()], &x[range]);
                sums[0].add_pairs(delta, x, |delta, x| f64::from(delta * (x - mean)));
                sums[1].add(delta, |delta| f64::from(*delta));
            }
            sums.map(|sum| sum.total())
        });
        unzip(sums)
    }

    pub fn input_gradient(
        &self,
        delta: &[f32],
        x: &[f32],
        [mean, scale, slope, offset]: [&[f32]; 4],
    ) -> Vec<f32> {
        self.map(|channel, range, out| {
            let (mean, scale) = (mean[channel], scale[channel]);
            let (slope, offset) = (slope[channel], offset[channel]);
            let inputs = delta[range.clone()].iter().zip(&x[range]);
            for (out, (delta, x)) in out.iter_mut().zip(inputs) {
                *out = delta * scale + (x - mean) * slope + offset;
            }
        })
    }

    fn per_channel(&self, of: impl Fn(usize) -> [f64; 2] + Sync + Send) -> Vec<[f64; 2]> {
        (0..self.0.channels).into_par_iter().map(of).collect()
    }

    fn map(&self, write: impl Fn(usize, std::ops::Range<usize>, &mut [f32]) + Sync) -> Vec<f32> {
        let Planes {
            batch,
            channels,
            positions,
        } = self.0;
        let mut out = vec![0.0; batch * channels * positions];
        if out.is_empty() {
            return out;
        }
        out.par_chunks_mut(positions)
            .enumerate()
            .with_min_len(PIECE.div_ceil(positions))
            .for_each(|(plane, out)| {
                let start = plane * positions;
                write(plane % channels, start..start + positions, out);
            });
        out
    }

    /// Where the planes of a channel lie.
    fn planes_of(&self, channel: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
        let Planes {
            batch,
            channels,
            positions,
        } = self.0;
        (0..batch).map(move |sample| {
            let start = (sample * channels + channel) * positions;
            start..start + positions
        })
    }
}

/// A sum as several, of every so-manieth term: in a fixed order that still becomes
/// vector instructions.
#[derive(Default)]
struct Sum([f64; LANES]);

const LANES: usize = 16;

impl Sum {
    fn add(&mut self, numbers: &[f32], term: impl Fn(&f32) -> f64) {
        self.add_pairs(numbers, numbers, |number, _| term(number));
    }

    fn add_pairs(&mut self, ones: &[f32], others: &[f32], term: impl Fn(&f32, &f32) -> f64) {
        let (ones, others) = (ones.chunks(LANES), others.chunks(LANES));
        for (ones, others) in ones.zip(others) {
            let terms = self.0.iter_mut().zip(ones).zip(others);
            terms.for_each(|((sum, one), other)| *sum += term(one, other));
        }
    }

    fn total(&self) -> f64 {
        self.0.iter().sum()
    }
}

fn unzip(pairs: Vec<[f64; 2]>) -> [Vec<f64>; 2] {
    [0, 1].map(|part| pairs.iter().map(|pair| pair[part]).collect())
}
