//! A_R, E_F and seconds of all methods on one original.

use maud::{Markup, html};
use unlearn::audit::Role;

use super::sign;
use crate::render::numbers::{or_dash, plain, seconds};
use crate::render::page::chart::axis::{n, ticks};
use crate::render::page::mark;
use crate::{ComparisonRow, ComparisonTable, Spread};

const NAMES: f64 = 240.0;
const PANEL: f64 = 200.0;
const GAP: f64 = 32.0;
const TOP: f64 = 26.0;
const ROW: f64 = 21.0;
const BELOW: f64 = 24.0;
const WIDTH: f64 = NAMES + 3.0 * (PANEL + GAP);

/// A row of signs per method in three panels; whiskers are standard deviations, and a band is
/// where the retrained models lie. What it shows stands in the table that follows.
pub fn drawing(table: &ComparisonTable) -> Markup {
    let height = TOP + ROW * table.rows.len() as f64 + BELOW;
    let percent = Scale {
        ends: [0.0, 100.0],
        is_logarithmic: false,
    };
    let panels: [(&str, Measure, Option<Scale>); 3] = [
        ("A_R in %", |row| row.kept_accuracy, Some(percent)),
        ("E_F in %", |row| row.forgotten_error, Some(percent)),
        ("seconds", |row| row.seconds, Scale::of_seconds(table)),
    ];
    html! {
        figure .chart .wide .methods {
            figcaption { "A_R, E_F and seconds of every row" }
            div .scroll tabindex="0" role="region" aria-label={ "Drawing: " (table.title()) } {
                svg viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-label=(described(table)) {
                    @for (place, row) in table.rows.iter().enumerate() {
                        text .control[row.is_control] x=(n(NAMES - 12.0)) y=(n(row_place(place) + 4.0)) text-anchor="end" {
                            (short(&row.name))
                        }
                    }
                    @for (place, (name, measure, scale)) in panels.into_iter().enumerate() {
                        @if let Some(scale) = scale { (panel(table, NAMES + place as f64 * (PANEL + GAP), name, measure, scale)) }
                    }
                }
            }
        }
    }
}

/// A number of a row.
type Measure = fn(&ComparisonRow) -> Option<Spread>;

/// From numbers to places within a panel.
#[derive(Clone, Copy)]
struct Scale {
    /// Powers of ten where it is logarithmic.
    ends: [f64; 2],
    is_logarithmic: bool,
}

impl Scale {
    /// Whole powers of ten around all seconds of a table; none where there are none.
    fn of_seconds(table: &ComparisonTable) -> Option<Self> {
        let seconds = table.rows.iter().filter_map(|row| Some(row.seconds?.mean));
        let powers = seconds.filter(|mean| *mean > 0.0).map(f64::log10);
        let ends = powers.fold([f64::MAX, f64::MIN], |[low, high], power| {
            [low.min(power.floor()), high.max(power.floor() + 1.0)]
        });
        (ends[0] < ends[1]).then_some(Self {
            ends,
            is_logarithmic: true,
        })
    }

    fn place(self, value: f64) -> f64 {
        let [low, high] = self.ends;
        let value = match self.is_logarithmic {
            true => value.log10(),
            false => value,
        };
        (value.clamp(low, high) - low) / (high - low) * PANEL
    }

    /// Places of the grid and what stands under them.
    fn ticks(self) -> Vec<(f64, String)> {
        let [low, high] = self.ends;
        match self.is_logarithmic {
            false => {
                let ticks = ticks(self.ends).into_iter();
                ticks
                    .map(|tick| (self.place(tick), format!("{tick}")))
                    .collect()
            }
            true => {
                let powers = (low as i32..=high as i32).map(|power| (power, 10f64.powi(power)));
                let every = ((high - low) as i32 / 5 + 1).max(1);
                let named = |power: i32, value: f64| match (power - low as i32) % every {
                    0 if power < -2 => format!("1e{power}"),
                    0 => format!("{value}"),
                    _ => String::new(),
                };
                powers
                    .map(|(power, value)| (self.place(value), named(power, value)))
                    .collect()
            }
        }
    }
}

fn row_place(place: usize) -> f64 {
    TOP + ROW * (place as f64 + 0.5)
}

fn panel(table: &ComparisonTable, left: f64, name: &str, measure: Measure, scale: Scale) -> Markup {
    let bottom = TOP + ROW * table.rows.len() as f64;
    let at = |value: f64| left + scale.place(value);
    let ends = |spread: Spread| {
        let deviation = spread.deviation.unwrap_or_default();
        [spread.mean - deviation, spread.mean + deviation]
    };
    let retrained = table
        .rows
        .iter()
        .find(|row| sign::role(row) == Role::Retrained);
    let band = retrained
        .and_then(measure)
        .filter(|_| !scale.is_logarithmic);
    html! {
        text .name x=(n(left + PANEL / 2.0)) y="12" text-anchor="middle" { (name) }
        @if let Some([low, high]) = band.map(ends) {
            rect .band x=(n(at(low) - 2.0)) y=(n(TOP)) width=(n(at(high) - at(low) + 4.0)) height=(n(bottom - TOP)) {}
        }
        @for (place, label) in scale.ticks() {
            line .grid x1=(n(left + place)) x2=(n(left + place)) y1=(n(TOP)) y2=(n(bottom)) {}
            text .tick x=(n(left + place)) y=(n(bottom + 16.0)) text-anchor="middle" { (label) }
        }
        @for (place, row) in table.rows.iter().enumerate() {
            @if let Some(spread) = measure(row) {
                @let y = row_place(place);
                @let role = sign::role(row);
                // Beside a logarithm a deviation has no length.
                @if !scale.is_logarithmic {
                    @let [low, high] = ends(spread).map(at);
                    line .(mark::class(role)) .whisker x1=(n(low)) x2=(n(high)) y1=(n(y)) y2=(n(y)) {}
                }
                (mark::shape(role, at(spread.mean), y))
            }
        }
    }
}

/// A name that fits beside the panels.
fn short(name: &str) -> String {
    const MOST: usize = 32;
    match name.chars().count() > MOST {
        true => name.chars().take(MOST - 1).chain(['\u{2026}']).collect(),
        false => name.to_owned(),
    }
}

/// Every row, in words.
fn described(table: &ComparisonTable) -> String {
    let rows = table.rows.iter().map(|row| {
        format!(
            "{}: A_R {}, E_F {}, {}",
            row.name,
            or_dash(row.kept_accuracy, plain),
            or_dash(row.forgotten_error, plain),
            or_dash(row.seconds, seconds)
        )
    });
    let rows: Vec<String> = rows.collect();
    format!(
        "{}. All numbers are in the table that follows.",
        rows.join("; ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_lie_between_powers_of_ten() {
        let scale = Scale {
            ends: [-3.0, 2.0],
            is_logarithmic: true,
        };
        assert_eq!(scale.place(0.001), 0.0);
        assert!((scale.place(0.1) - 0.4 * PANEL).abs() < 1e-9);
        assert_eq!(scale.place(100.0), PANEL);
        let named = scale.ticks().into_iter().map(|(_, label)| label);
        let named: Vec<String> = named.collect();
        assert_eq!(named, ["1e-3", "", "0.1", "", "10", ""]);
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(short("ssd"), "ssd");
        assert_eq!(short(&"a".repeat(60)).chars().count(), 32);
    }
}
