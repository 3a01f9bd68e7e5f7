//! Comparing with what main memory gives.

/// Asserts that numbers differ by no more than `tolerance` times the largest of
/// those expected.
#[track_caller]
pub fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}: how many");
    let largest = expected
        .iter()
        .fold(0f32, |most, number| most.max(number.abs()));
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (found - expected).abs() <= tolerance * largest,
            "{what}: number {place} is {found}, expected {expected}, of at most {largest}"
        );
    }
}
