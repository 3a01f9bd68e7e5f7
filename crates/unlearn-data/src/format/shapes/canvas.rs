//! A small colour picture that is painted in layers.

use rand::{Rng, RngCore};
use rand_chacha::ChaCha8Rng;

/// Height and width of the picture.
pub(super) const SIDE: usize = 32;

/// Red, green and blue, 0 to 1.
pub(super) type Colour = [f32; 3];

/// A point in pixels, x then y.
pub(super) type Point = [f32; 2];

/// `[3, SIDE, SIDE]` values from 0 to 1.
pub(super) struct Canvas(Vec<f32>);

impl Canvas {
    /// One colour at `centre + direction * SIDE / 2` and another at the opposite end, mixed in between.
    pub fn gradient(direction: Point, from: Colour, to: Colour) -> Self {
        let mut canvas = Self(vec![0.0; 3 * SIDE * SIDE]);
        canvas.each([0.0, 0.0], SIDE as f32, |[x, y], _| {
            let half = SIDE as f32 / 2.0;
            let along = 0.5 + 0.5 * ((x - half) * direction[0] + (y - half) * direction[1]) / half;
            [0, 1, 2].map(|channel| from[channel] + along * (to[channel] - from[channel]))
        });
        canvas
    }

    /// Paints what lies inside an outline that stays within `reach` pixels of `centre`; the edge is one pixel soft.
    pub fn paint(
        &mut self,
        centre: Point,
        reach: f32,
        colour: Colour,
        distance: impl Fn(Point) -> f32,
    ) {
        self.each(centre, reach + 1.0, |point, old| {
            let cover = (0.5 - distance(point)).clamp(0.0, 1.0);
            [0, 1, 2].map(|channel| old[channel] + cover * (colour[channel] - old[channel]))
        });
    }

    /// Replaces the colour of each pixel whose middle is in the square of half side `reach` about `centre`.
    fn each(&mut self, centre: Point, reach: f32, new: impl Fn(Point, Colour) -> Colour) {
        let range = |middle: f32| {
            (middle - reach).max(0.0) as usize..((middle + reach).max(0.0) as usize + 1).min(SIDE)
        };
        for (x, y) in range(centre[1]).flat_map(|y| range(centre[0]).map(move |x| (x, y))) {
            let place = [0, 1, 2].map(|channel| (channel * SIDE + y) * SIDE + x);
            let colour = new([x as f32 + 0.5, y as f32 + 0.5], place.map(|at| self.0[at]));
            for (at, value) in place.into_iter().zip(colour) {
                self.0[at] = value;
            }
        }
    }

    /// Adds noise of standard deviation `strength` to every value, and rounds to bytes.
    pub fn into_bytes(self, strength: f32, random: &mut ChaCha8Rng) -> Vec<u8> {
        // Four uniform bytes add up to nearly a normal number, without the logarithm that machines round differently.
        const SPREAD: f32 = 147.8;
        let noise = |random: &mut ChaCha8Rng| {
            let sum: u16 = random
                .next_u32()
                .to_le_bytes()
                .into_iter()
                .map(u16::from)
                .sum();
            (f32::from(sum) - 510.0) / SPREAD
        };
        // A cast of a float to a byte stops at 0 and 255.
        self.0
            .into_iter()
            .map(|value| (255.0 * (value + strength * noise(random)) + 0.5) as u8)
            .collect()
    }
}

/// A number from `low` to `high`.
pub(super) fn between(low: f32, high: f32, random: &mut ChaCha8Rng) -> f32 {
    low + (high - low) * random.random::<f32>()
}

/// A colour, each part from `low` to `high`.
pub(super) fn colour(low: f32, high: f32, random: &mut ChaCha8Rng) -> Colour {
    [0, 1, 2].map(|_| between(low, high, random))
}

/// A direction of length 1: a point of the unit disc, drawn until it is not too near the middle to be stretched.
pub(super) fn direction(random: &mut ChaCha8Rng) -> Point {
    loop {
        let [x, y] = [0, 1].map(|_| between(-1.0, 1.0, random));
        let square = x * x + y * y;
        if (0.01..=1.0).contains(&square) {
            return [x / square.sqrt(), y / square.sqrt()];
        }
    }
}
