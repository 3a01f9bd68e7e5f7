//! Axes of a drawing.

use maud::{Markup, html};

/// Where a drawing's numbers are put: within a frame, x to the right, y upwards.
#[derive(Clone, Debug)]
pub struct Frame {
    pub width: f64,
    pub height: f64,
    pub x: [f64; 2],
    pub y: [f64; 2],
    /// Room for what stands under the horizontal axis.
    pub below: f64,
}

const LEFT: f64 = 46.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 10.0;

impl Frame {
    /// The place of a horizontal number.
    pub fn x(&self, value: f64) -> f64 {
        let [low, high] = self.x;
        LEFT + (value - low) / (high - low) * (self.width - LEFT - RIGHT)
    }

    /// The place of a vertical number.
    pub fn y(&self, value: f64) -> f64 {
        let [low, high] = self.y;
        self.bottom() - (value - low) / (high - low) * (self.bottom() - TOP)
    }

    /// Where the horizontal axis is.
    pub fn bottom(&self) -> f64 {
        self.height - self.below
    }

    /// The grid, its numbers and the axes' names. `places` are the horizontal
    /// axis's own names, at 0, 1, ..; where there are none it has numbers.
    pub fn axes(&self, x_name: &str, y_name: &str, places: &[String]) -> Markup {
        let right = self.width - RIGHT;
        let named: Vec<(f64, String)> = match places.is_empty() {
            true => ticks(self.x)
                .into_iter()
                .map(|tick| (tick, number(tick)))
                .collect(),
            false => places
                .iter()
                .enumerate()
                .map(|(at, name)| (at as f64, name.clone()))
                .collect(),
        };
        html! {
            @for tick in ticks(self.y) {
                line .grid x1=(n(LEFT)) x2=(n(right)) y1=(n(self.y(tick))) y2=(n(self.y(tick))) {}
                text .tick x=(n(LEFT - 6.0)) y=(n(self.y(tick) + 4.0)) text-anchor="end" { (number(tick)) }
            }
            line .axis x1=(n(LEFT)) x2=(n(right)) y1=(n(self.bottom())) y2=(n(self.bottom())) {}
            @for (at, name) in named {
                text .tick x=(n(self.x(at))) y=(n(self.bottom() + 16.0)) text-anchor="middle" { (name) }
            }
            text .name x=(n((LEFT + right) / 2.0)) y=(n(self.height - 4.0)) text-anchor="middle" { (x_name) }
            text .name x=(n(-(TOP + self.bottom()) / 2.0)) y="11" text-anchor="middle" transform="rotate(-90)" { (y_name) }
        }
    }
}

/// A place with a tenth of a pixel.
pub fn n(value: f64) -> String {
    format!("{value:.1}")
}

/// A number of an axis.
pub fn number(value: f64) -> String {
    let rounded = (value * 1000.0).round() / 1000.0;
    // Of two zeros, the one without a sign.
    format!("{}", rounded + 0.0)
}

/// Some four to seven round numbers within a range: steps of 1, 2 or 5 times a
/// power of ten.
pub fn ticks([low, high]: [f64; 2]) -> Vec<f64> {
    let rough = (high - low) / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|part| part * power);
    let step = step
        .into_iter()
        .find(|step| *step >= rough * 0.9)
        .unwrap_or(10.0 * power);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(|at| at as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers_within_the_range() {
        assert_eq!(ticks([0.0, 100.0]), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(ticks([0.0, 30.0]), [0.0, 10.0, 20.0, 30.0]);
        // A little below zero, as a share of images recognised less mistaken may lie.
        assert_eq!(ticks([-4.0, 100.0]), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(ticks([-6.0, 3.0]), [-6.0, -4.0, -2.0, 0.0, 2.0]);
        assert_eq!(number(-0.0), "0");
        assert_eq!(number(0.1 + 0.2), "0.3");
    }

    #[test]
    fn the_ends_of_the_axes_are_the_ends_of_the_frame() {
        let frame = Frame {
            width: 500.0,
            height: 300.0,
            x: [0.0, 10.0],
            y: [0.0, 100.0],
            below: 40.0,
        };
        assert_eq!((frame.x(0.0), frame.x(10.0)), (LEFT, 500.0 - RIGHT));
        assert_eq!((frame.y(0.0), frame.y(100.0)), (260.0, TOP));
    }
}
