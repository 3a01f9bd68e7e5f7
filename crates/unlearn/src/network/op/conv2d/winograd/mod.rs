//! 3x3 convolution of stride 1 in main memory, by Winograd's tiles.

mod convolution;
mod kernels;
mod planes;
mod tile;

pub(super) use convolution::Winograd;

#[cfg(test)]
mod tests {
    use rand::Rng;
    use unlearn_data::stream;

    pub fn numbers(count: usize, name: &str) -> Vec<f32> {
        let mut random = stream(count as u64, name);
        (0..count).map(|_| random.random_range(-1.0..1.0)).collect()
    }

    pub fn dot(one: &[f32], other: &[f32]) -> f64 {
        let pairs = one.iter().zip(other);
        pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    }
}
