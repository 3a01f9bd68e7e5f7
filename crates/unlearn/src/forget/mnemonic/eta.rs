//! The ratio of importances, in double precision: the reference.

/// How small `f_R` may be beside the largest entry of its tensor before it
/// counts as that small; see [`eta`].
pub const GUARD: f64 = 1e-12;

/// The ratio of importances for one parameter tensor l (paper, Eq. 6), kept
/// finite:
///
/// `eta_i = f_F,i / max(f_R,i, GUARD * m_l)`, `m_l = max_j max(f_F,j, f_R,j)`,
///
/// and 0 where `f_F,i` is 0. So a parameter that no code reaches does not move,
/// and no ratio exceeds `1 / GUARD`.
///
/// [`super::Perturbation`] computes the same in few passes over memory.
///
/// # Panics
/// If the two differ in length.
pub fn eta(forgotten: &[f64], kept: &[f64]) -> Vec<f64> {
    assert_eq!(forgotten.len(), kept.len(), "importances of one tensor");
    let largest = forgotten
        .iter()
        .chain(kept)
        .fold(0.0, |m: f64, f| m.max(*f));
    let floor = GUARD * largest;
    let pairs = forgotten.iter().zip(kept);
    pairs
        .map(|(forgotten, kept)| match *forgotten > 0.0 {
            true => forgotten / kept.max(floor),
            false => 0.0,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_stay_finite_and_unreached_parameters_still() {
        let eta = eta(&[1.0, 0.0, 2.0, 1e-300, 0.0], &[2.0, 0.0, 0.0, 0.0, 4.0]);
        assert_eq!(eta[0], 0.5);
        assert_eq!(eta[1], 0.0);
        assert_eq!(eta[2], 2.0 / (GUARD * 4.0));
        assert!(eta[3] > 0.0 && eta[3].is_finite());
        assert_eq!(eta[4], 0.0);
    }

    #[test]
    fn a_tensor_that_only_the_forgotten_reach_is_bounded() {
        let eta = eta(&[1e-30, 4e-30], &[0.0, 0.0]);
        assert_eq!(eta[1], 1.0 / GUARD);
        assert!(
            self::eta(&[0.0; 3], &[0.0; 3])
                .iter()
                .all(|ratio| *ratio == 0.0)
        );
    }
}
