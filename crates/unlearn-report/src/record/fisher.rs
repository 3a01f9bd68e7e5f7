//! Fisher diagonals beside the exact ones.

use serde::{Deserialize, Serialize};
use unlearn::fisher::FisherError;

use super::{CellRecord, Spread};

/// How far the Fisher diagonals that a method works with lie from those of all training images of the
/// same classes in the same network.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FisherErrors {
    /// Codes or images that the estimates are made from.
    pub samples: usize,
    /// Training images that the exact ones are made from.
    pub exact_samples: usize,
    /// Of the forgotten classes.
    pub forgotten: FisherError,
    /// Of the kept classes.
    pub kept: FisherError,
    /// Spearman's rank correlation of their quotients eta.
    pub eta_rank_correlation: Option<f64>,
}

/// The same of one method over the training seeds, or of an estimate of zeros.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FisherRow {
    /// What the method's row is called.
    pub name: String,
    /// Whether it is the estimate of zeros, there for comparison only.
    pub is_control: bool,
    /// Of the forgotten classes.
    pub forgotten: FisherSpread,
    /// Of the kept classes.
    pub kept: FisherSpread,
    /// See [`FisherErrors::eta_rank_correlation`].
    pub eta_rank_correlation: Option<Spread>,
}

/// The errors of one diagonal over the training seeds; see [`FisherError`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FisherSpread {
    /// In nats^2 per squared unit of a parameter.
    pub mean_absolute: Option<Spread>,
    /// 1 is that of zeros.
    pub relative: Option<Spread>,
    /// Spearman's.
    pub rank_correlation: Option<Spread>,
}

impl FisherRow {
    /// That of a method, from its cells; none where they hold no errors.
    pub(super) fn of_method(name: &str, cells: &[&CellRecord]) -> Option<Self> {
        let spread = |number: &dyn Fn(&FisherErrors) -> Option<f64>| {
            Spread::over_seeds(cells, |cell| number(cell.result.fisher.as_ref()?))
        };
        let of = |diagonal: fn(&FisherErrors) -> &FisherError| FisherSpread {
            mean_absolute: spread(&|errors| Some(diagonal(errors).mean_absolute)),
            relative: spread(&|errors| diagonal(errors).relative),
            rank_correlation: spread(&|errors| diagonal(errors).rank_correlation),
        };
        cells.iter().find(|cell| cell.result.fisher.is_some())?;
        Some(Self {
            name: name.to_owned(),
            is_control: false,
            forgotten: of(|errors| &errors.forgotten),
            kept: of(|errors| &errors.kept),
            eta_rank_correlation: spread(&|errors| errors.eta_rank_correlation),
        })
    }

    /// That of zeros, which any method's cells tell; none where they hold no errors.
    pub(super) fn of_zeros(cells: &[&CellRecord]) -> Option<Self> {
        let of = |diagonal: fn(&FisherErrors) -> &FisherError| FisherSpread {
            mean_absolute: Spread::over_seeds(cells, |cell| {
                let errors = cell.result.fisher.as_ref()?;
                Some(diagonal(errors).mean_absolute_of_zeros)
            }),
            relative: Spread::over_seeds(cells, |cell| {
                let errors = cell.result.fisher.as_ref()?;
                diagonal(errors).relative.map(|_| 1.0)
            }),
            rank_correlation: None,
        };
        cells.iter().find(|cell| cell.result.fisher.is_some())?;
        Some(Self {
            name: "all zeros".to_owned(),
            is_control: true,
            forgotten: of(|errors| &errors.forgotten),
            kept: of(|errors| &errors.kept),
            eta_rank_correlation: None,
        })
    }
}
