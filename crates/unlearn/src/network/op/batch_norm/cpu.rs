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
            let planes = || self.planes_of(channel).flat_map(|range| &x[range]);
            let mean = planes().map(|x| f64::from(*x)).sum::<f64>() / count;
            let squares = planes().map(|x| (f64::from(*x) - mean).powi(2));
            [mean, squares.sum::<f64>() / count]
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
            let mut sums = [0.0; 2];
            for range in self.planes_of(channel) {
                for (delta, x) in delta[range.clone()].iter().zip(&x[range]) {
                    sums[0] += f64::from(delta * (x - mean));
                    sums[1] += f64::from(*delta);
                }
            }
            sums
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

fn unzip(pairs: Vec<[f64; 2]>) -> [Vec<f64>; 2] {
    [0, 1].map(|part| pairs.iter().map(|pair| pair[part]).collect())
}
