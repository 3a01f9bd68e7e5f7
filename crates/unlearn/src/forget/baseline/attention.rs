//! Where a network looks.

use rayon::prelude::*;

use crate::network::{Network, Value};

/// The nodes whose maps are compared: those that rectify planes.
pub fn attended(network: &Network) -> Vec<usize> {
    let graph = network.graph();
    let nodes = graph.nodes().iter().enumerate();
    let rectifying = nodes.filter(|(_, node)| node.operation.kind() == "relu");
    let places = rectifying.map(|(place, _)| place);
    places
        .filter(|place| graph.output_shape_of(*place).len() == 3)
        .collect()
}

/// The gradient, at a student's planes `[batch, channels, height, width]`, of
/// `weight * mean over samples and pixels of (a - a_t)^2`: a of a sample is the mean over channels of its squared
/// planes, divided by its L2 norm, and a_t the teacher's (attention transfer of Zagoruyko, Komodakis, ICLR 2017).
pub fn attention_gradient(student: &Value, teacher: &Value, weight: f64) -> Value {
    let shape = student.shape().to_vec();
    let (channels, pixels) = (shape[1], shape[2] * shape[3]);
    let count = (shape[0] * pixels) as f64;
    let theirs = teacher.to_vec();
    let teacher_channels = teacher.shape()[1];
    let mut planes = student.to_vec();
    let samples = planes.par_chunks_exact_mut(channels * pixels);
    let samples = samples.zip(theirs.par_chunks_exact(teacher_channels * pixels));
    samples.for_each(|(ours, theirs)| {
        let (a, norm) = attention(ours, pixels);
        let (of_teacher, _) = attention(theirs, pixels);
        let pairs = a.iter().zip(&of_teacher);
        let slopes: Vec<f64> = pairs.map(|(a, t)| 2.0 * weight * (a - t) / count).collect();
        // Through the division by the norm, which has no slope along a itself.
        let along: f64 = slopes.iter().zip(&a).map(|(slope, a)| slope * a).sum();
        let slopes = slopes.iter().zip(&a).map(|(slope, a)| match norm {
            0.0 => 0.0,
            norm => (slope - along * a) / norm,
        });
        let slopes: Vec<f64> = slopes.map(|slope| 2.0 * slope / channels as f64).collect();
        for plane in ours.chunks_exact_mut(pixels) {
            for (number, slope) in plane.iter_mut().zip(&slopes) {
                *number = (f64::from(*number) * slope) as f32;
            }
        }
    });
    Value::from_vec(planes, &shape, &student.device())
}

/// The map of one sample of length 1, and the length that it had.
fn attention(planes: &[f32], pixels: usize) -> (Vec<f64>, f64) {
    let channels = planes.len() / pixels;
    let mut map = vec![0.0; pixels];
    for plane in planes.chunks_exact(pixels) {
        for (sum, number) in map.iter_mut().zip(plane) {
            *sum += f64::from(*number).powi(2) / channels as f64;
        }
    }
    let norm = map.iter().map(|a| a * a).sum::<f64>().sqrt();
    map.iter_mut()
        .for_each(|a| *a /= norm.max(f64::MIN_POSITIVE));
    (map, norm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Device;

    #[test]
    fn the_gradient_is_the_slope_of_the_loss() {
        let numbers =
            |phase: f32| -> Vec<f32> { (0..24).map(|i| (0.7 * i as f32 + phase).sin()).collect() };
        let value =
            |numbers: &[f32]| Value::from_vec(numbers.to_vec(), &[2, 3, 2, 2], &Device::flex());
        let (student, teacher) = (numbers(0.0), numbers(1.0));
        let loss = |student: &[f32]| -> f64 {
            let samples = student.chunks(12).zip(teacher.chunks(12));
            let squares = samples.flat_map(|(student, teacher)| {
                let [ours, theirs] = [student, teacher].map(|planes| attention(planes, 4).0);
                let pairs = ours.into_iter().zip(theirs);
                pairs.map(|(a, t)| (a - t).powi(2)).collect::<Vec<f64>>()
            });
            5.0 * squares.sum::<f64>() / 8.0
        };
        let found = attention_gradient(&value(&student), &value(&teacher), 5.0).to_vec();
        for place in 0..24 {
            let at = |step: f32| {
                let mut moved = student.clone();
                moved[place] += step;
                (loss(&moved), f64::from(moved[place]))
            };
            let ((high, right), (low, left)) = (at(1e-3), at(-1e-3));
            let slope = (high - low) / (right - left);
            let error = (f64::from(found[place]) - slope).abs();
            assert!(error < 1e-5, "{place}: {} {slope}", found[place]);
        }
    }
}
