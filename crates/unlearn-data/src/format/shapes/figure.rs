//! The ten figures, as signed distances to their outlines.

/// A figure around the origin that fits about the unit circle.
pub(super) struct Figure {
    pub name: &'static str,
    /// Distance of a point to the outline, negative inside.
    ///
    /// Only sums, products, quotients and square roots, which every machine rounds alike, so that a seed gives the
    /// same images everywhere.
    pub distance: fn([f32; 2]) -> f32,
}

/// No two of them are alike when turned or mirrored.
pub(super) const FIGURES: [Figure; 10] = [
    Figure {
        name: "circle",
        distance: |point| disc(point, [0.0, 0.0], 0.85),
    },
    Figure {
        name: "square",
        distance: |point| bar(point, [0.75, 0.75]),
    },
    Figure {
        name: "triangle",
        distance: |point| polygon(point, &TRIANGLE),
    },
    Figure {
        name: "star",
        distance: |point| polygon(point, &STAR),
    },
    Figure {
        name: "ring",
        distance: |point| disc(point, [0.0, 0.0], 0.78).abs() - 0.19,
    },
    Figure {
        name: "cross",
        distance: |point| bar(point, [1.0, 0.28]).min(bar(point, [0.28, 1.0])),
    },
    Figure {
        name: "crescent",
        distance: crescent,
    },
    Figure {
        name: "heart",
        distance: heart,
    },
    Figure {
        name: "arrow",
        distance: |point| polygon(point, &ARROW),
    },
    Figure {
        name: "hourglass",
        distance: |point| polygon(point, &HOURGLASS),
    },
];

const TRIANGLE: [[f32; 2]; 3] = [[0.0, 1.0], [0.866_025, -0.5], [-0.866_025, -0.5]];

/// Ten points, every 36 degrees, by turns at the radius 1.05 and at 0.45.
const STAR: [[f32; 2]; 10] = [
    [0.0, 1.05],
    [0.264_503, 0.364_058],
    [0.998_609, 0.324_468],
    [0.427_975, -0.139_058],
    [0.617_175, -0.849_468],
    [0.0, -0.45],
    [-0.617_175, -0.849_468],
    [-0.427_975, -0.139_058],
    [-0.998_609, 0.324_468],
    [-0.264_503, 0.364_058],
];

const ARROW: [[f32; 2]; 7] = [
    [0.0, 1.0],
    [0.8, 0.05],
    [0.28, 0.05],
    [0.28, -1.0],
    [-0.28, -1.0],
    [-0.28, 0.05],
    [-0.8, 0.05],
];

/// Crosses itself, so that only the two triangles are inside.
const HOURGLASS: [[f32; 2]; 4] = [[-0.7, 0.9], [0.7, 0.9], [-0.7, -0.9], [0.7, -0.9]];

fn length([x, y]: [f32; 2]) -> f32 {
    (x * x + y * y).sqrt()
}

fn disc([x, y]: [f32; 2], centre: [f32; 2], radius: f32) -> f32 {
    length([x - centre[0], y - centre[1]]) - radius
}

fn bar([x, y]: [f32; 2], half: [f32; 2]) -> f32 {
    let (x, y) = (x.abs() - half[0], y.abs() - half[1]);
    length([x.max(0.0), y.max(0.0)]) + x.max(y).min(0.0)
}

/// A disc without another one that covers most of it.
fn crescent(point: [f32; 2]) -> f32 {
    disc(point, [0.0, 0.0], 0.95).max(-disc(point, [0.45, 0.0], 0.75))
}

/// Two discs that touch, and the two tangents to them that meet below.
fn heart([x, y]: [f32; 2]) -> f32 {
    const BELOW: [[f32; 2]; 4] = [[0.0, -1.0], [0.81, 0.08], [0.0, 0.35], [-0.81, 0.08]];
    polygon([x, y], &BELOW).min(disc([x.abs(), y], [0.45, 0.35], 0.45))
}

/// Distance to the closed line through the corners; inside is what the line goes round an odd number of times.
pub(super) fn polygon([x, y]: [f32; 2], corners: &[[f32; 2]]) -> f32 {
    let mut square = f32::INFINITY;
    let mut inside = false;
    for (index, &[x1, y1]) in corners.iter().enumerate() {
        let [x2, y2] = corners[(index + 1) % corners.len()];
        let (side_x, side_y) = (x2 - x1, y2 - y1);
        let (from_x, from_y) = (x - x1, y - y1);
        let along = (from_x * side_x + from_y * side_y) / (side_x * side_x + side_y * side_y);
        let along = along.clamp(0.0, 1.0);
        let (off_x, off_y) = (from_x - along * side_x, from_y - along * side_y);
        square = square.min(off_x * off_x + off_y * off_y);
        // A ray to the right crosses the side.
        if (y1 > y) != (y2 > y) && x < x1 + from_y / side_y * side_x {
            inside = !inside;
        }
    }
    if inside {
        -square.sqrt()
    } else {
        square.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polygons_measure_their_outline() {
        let square = [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]];
        assert_eq!(polygon([1.0, 1.5], &square), -0.5);
        assert_eq!(polygon([3.0, 1.0], &square), 1.0);
        assert_eq!(polygon([5.0, 6.0], &square), 5.0);
    }

    #[test]
    fn figures_fit_the_unit_circle_and_cover_some_of_it() {
        for figure in FIGURES {
            let mut covered = 0;
            for (x, y) in (-15..=15).flat_map(|x| (-15..=15).map(move |y| (x, y))) {
                let point = [x as f32 / 10.0, y as f32 / 10.0];
                let distance = (figure.distance)(point);
                assert!(
                    distance > 0.0 || length(point) < 1.16,
                    "{} at {point:?}",
                    figure.name
                );
                covered += usize::from(distance <= 0.0);
            }
            assert!(
                (60..=260).contains(&covered),
                "{} covers {covered}",
                figure.name
            );
        }
    }
}
