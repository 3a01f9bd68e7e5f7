//! Arithmetic element by element.

use crate::network::Value;

/// `one * other` of values of the same shape.
///
/// # Panics
/// If they have different numbers of elements.
pub fn product(one: Value, other: &Value) -> Value {
    let shape = one.shape().to_vec();
    Value::from_flat(one.flat() * other.clone().flat(), &shape)
}

/// `one + other` of values of the same shape.
///
/// # Panics
/// If they have different numbers of elements.
pub fn sum(one: Value, other: Value) -> Value {
    let shape = one.shape().to_vec();
    Value::from_flat(one.flat() + other.flat(), &shape)
}

/// Each channel of `[samples, channels, ..]` times its factor; `factors` are `[channels]`.
///
/// # Panics
/// If there is not one factor per channel.
pub fn scaled_channels(value: Value, factors: &Value) -> Value {
    let shape = value.shape().to_vec();
    let planes = [shape[0], shape[1], shape[2..].iter().product()];
    let factors = factors.clone().reshaped(&[1, shape[1], 1]);
    let scaled = value.reshaped(&planes).tensor::<3>() * factors.tensor::<3>();
    Value::new(scaled).reshaped(&shape)
}

/// Of the mean of `(a - b)^2` over all numbers, at a.
///
/// # Panics
/// If they have different numbers of elements.
pub fn squared_error_gradient(a: &Value, b: &Value) -> Value {
    let count = a.element_count() as f64;
    let difference = a.clone().flat() - b.clone().flat();
    Value::from_flat(difference.mul_scalar(2.0 / count), a.shape())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Device;

    #[test]
    fn each_channel_has_its_factor_whatever_its_planes() {
        let value = |numbers: &[f32], shape: &[usize]| {
            Value::from_vec(numbers.to_vec(), shape, &Device::flex())
        };
        let factors = value(&[2.0, 0.0], &[2]);
        let maps = value(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], &[2, 2, 1, 2]);
        let scaled = scaled_channels(maps, &factors);
        assert_eq!(scaled.shape(), [2, 2, 1, 2]);
        let expected = [2.0, 4.0, 0.0, 0.0, 10.0, 12.0, 0.0, 0.0];
        assert_eq!(scaled.to_vec(), expected);
        let means = scaled_channels(value(&[1.0, 2.0, 3.0, 4.0], &[2, 2]), &factors);
        assert_eq!(means.to_vec(), [2.0, 0.0, 6.0, 0.0]);
    }
}
