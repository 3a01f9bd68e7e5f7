//! One picture: background, clutter, a figure, noise.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{
    canvas::{Canvas, Colour, Point, SIDE, between, colour, direction},
    figure::{FIGURES, Figure},
};

/// Least and largest radius of the figure, in pixels.
const RADIUS: [f32; 2] = [9.5, 13.0];

/// Farthest that the figure's middle moves from the picture's, in pixels per axis.
const SHIFT: f32 = 3.0;

/// Least distance of the figure's colour to the background's, in the unit cube of red, green and blue.
const CONTRAST: f32 = 0.6;

/// Most that one end of the background differs from its middle, per colour.
const SLOPE: f32 = 0.1;

/// Least and largest number of strokes behind the figure, then in front of it.
const STROKES: [[u32; 2]; 2] = [[1, 3], [0, 1]];

/// Least and largest standard deviation of the noise.
const NOISE: [f32; 2] = [0.01, 0.04];

/// Draws the figure of a class, `[3, 32, 32]`.
pub(super) fn draw(class: usize, random: &mut ChaCha8Rng) -> Vec<u8> {
    let ground = colour(0.0, 0.4, random);
    let slope = colour(-SLOPE, SLOPE, random);
    let end = |sign: f32| [0, 1, 2].map(|channel| ground[channel] + sign * slope[channel]);
    let mut canvas = Canvas::gradient(direction(random), end(-1.0), end(1.0));
    strokes(&mut canvas, STROKES[0], random);
    figure(
        &mut canvas,
        &FIGURES[class],
        contrasting(ground, random),
        random,
    );
    strokes(&mut canvas, STROKES[1], random);
    let strength = between(NOISE[0], NOISE[1], random);
    canvas.into_bytes(strength, random)
}

fn contrasting(ground: Colour, random: &mut ChaCha8Rng) -> Colour {
    loop {
        let drawn = colour(0.4, 1.0, random);
        let square: f32 = (0..3)
            .map(|channel| (drawn[channel] - ground[channel]) * (drawn[channel] - ground[channel]))
            .sum();
        if square >= CONTRAST * CONTRAST {
            return drawn;
        }
    }
}

fn figure(canvas: &mut Canvas, figure: &Figure, colour: Colour, random: &mut ChaCha8Rng) {
    let radius = between(RADIUS[0], RADIUS[1], random);
    let [cos, sin] = direction(random);
    let mirror = if random.random::<bool>() { 1.0 } else { -1.0 };
    let centre = [0, 1].map(|_| SIDE as f32 / 2.0 + between(-SHIFT, SHIFT, random));
    canvas.paint(centre, 1.2 * radius, colour, |[x, y]| {
        let (x, y) = (x - centre[0], y - centre[1]);
        let turned = [
            mirror * (cos * x + sin * y) / radius,
            (cos * y - sin * x) / radius,
        ];
        radius * (figure.distance)(turned)
    });
}

fn strokes(canvas: &mut Canvas, count: [u32; 2], random: &mut ChaCha8Rng) {
    for _ in 0..random.random_range(count[0]..=count[1]) {
        let middle: Point = [0, 1].map(|_| between(0.0, SIDE as f32, random));
        let [cos, sin] = direction(random);
        let (half_length, half_width) = (between(0.5, 4.0, random), between(0.5, 1.2, random));
        let paint = colour(0.0, 1.0, random);
        canvas.paint(middle, half_length + half_width, paint, |[x, y]| {
            let (x, y) = (x - middle[0], y - middle[1]);
            let along = (cos * x + sin * y).clamp(-half_length, half_length);
            let (x, y) = (x - along * cos, y - along * sin);
            (x * x + y * y).sqrt() - half_width
        });
    }
}
