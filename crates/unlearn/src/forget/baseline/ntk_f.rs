//! Forgetting by the linear model that a network is near its weights.

use serde::{Deserialize, Serialize};

use super::last_layer::LastLayer;
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::{CrossEntropy, Network, Value};
use crate::solve::{Cholesky, add_gram, add_to_diagonal, dot};
use crate::train::TrainError;
use crate::tune::{Samples, Stopped, Work, demand, positive};

/// Images whose features are computed together.
const BATCH: usize = 128;

/// Moves the classifier layer by how its linearised training would have ended
/// without the forgotten images (NTK-F of Golatkar, Achille, Soatto, "Forgetting Outside the Box",
/// ECCV 2020, here for the last layer alone).
///
/// With G the gradients of all logits and `r = p - onehot(y)`, `w_lin(D) = -G (G^T G + N ridge I)^-1 r`, and
/// `w <- w* + scale (w_lin(D_R) - w_lin(D))`. The scale is the paper's trapezium: with delta the difference,
/// `e = w* - w_init - w_lin(D_R)` and theta their angle, it is `1 + 2 cos(theta) |e| / |delta|`, from a right angle on
/// `1 + 2 sin(theta - pi/2) |e| / |delta|`. Over all weights the kernel of 50,000 images has 500,000 rows, so
/// no one runs it; for the last layer `G (G^T G + cI)^-1 = (G G^T + cI)^-1 G`, where G G^T has one block per class, the
/// same one: features times features. No backward pass is needed; one pass forwards over D, and two solves.
/// Nobody keeps w_init: unless the recipe at hand has the seed of the training (`initial = "recipe"`), its
/// mean 0 stands for it. The paper's noise afterwards is left out ([`super::Sfdn`] is it). Its ridge is the weight decay of
/// its models.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NtkF {
    /// What N times is added to the diagonal.
    ridge: f64,
    /// How far along the difference; by the trapezium where none is given.
    scale: Option<f64>,
    /// What the trapezium takes for w_init.
    initial: Initial,
}

/// What is known of the weights before training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Initial {
    /// That they are 0 on average.
    Mean,
    /// The seed that they were drawn by: that of the recipe.
    Recipe,
}

impl Default for NtkF {
    fn default() -> Self {
        Self {
            ridge: 0.1,
            scale: None,
            initial: Initial::Mean,
        }
    }
}

/// What a linear model needs to know of samples.
struct Sums {
    samples: usize,
    /// Sum of `a a^T`, a the features with a 1 for the bias.
    gram: Vec<f64>,
    /// Per class, the sum of `a r`.
    residuals: Vec<Vec<f64>>,
}

impl Algorithm for NtkF {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "ntk-f",
        "move the classifier layer as its linearised training asks for (last layer)",
        "Golatkar, Achille, Soatto, ECCV 2020",
        &[Need::KeptImages, Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        positive("ridge", self.ridge)?;
        let scale = self.scale.unwrap_or(0.0);
        demand("scale", scale.is_finite(), "a finite number", scale)
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let network = &context.model.network;
        let layer = LastLayer::of(Self::ENTRY.name, network)?;
        let initial = self.initial(context, &layer)?;
        let (kept, forgotten) = (context.kept(), context.forgotten());
        let steps = [&kept, &forgotten].map(|samples| samples.batch_count(BATCH));
        let mut work = context.work(steps.iter().sum());
        let mut sums = Sums::none(&layer, network.class_count());
        sums.add(&layer, &kept, &mut work)?;
        let without = self.linear(&sums);
        sums.add(&layer, &forgotten, &mut work)?;
        let with = self.linear(&sums);
        let delta: Vec<f64> = without.iter().zip(&with).map(|(r, d)| r - d).collect();
        let trained = weights(network, &layer);
        let moved = trained.iter().zip(&initial).zip(&without);
        let rest: Vec<f64> = moved
            .map(|((w, start), linear)| w - start - linear)
            .collect();
        let scale = self.scale.unwrap_or_else(|| trapezium(&delta, &rest));
        let moved = trained.iter().zip(&delta).map(|(w, d)| w + scale * d);
        let network = with_weights(network, &layer, &moved.collect::<Vec<f64>>());
        Ok(Forgotten::new(network, &work))
    }
}

impl NtkF {
    /// w_init of the classifier layer.
    fn initial(&self, context: Context<'_>, layer: &LastLayer) -> Result<Vec<f64>, ForgetError> {
        let network = &context.model.network;
        match (self.initial, context.recipe) {
            (Initial::Mean, _) => Ok(vec![0.0; weights(network, layer).len()]),
            (Initial::Recipe, Some(recipe)) => {
                let initial = network.drawn_anew(recipe.settings().seed);
                Ok(weights(&initial, layer))
            }
            (Initial::Recipe, None) => Err(ForgetError::Missing {
                method: Self::ENTRY.name,
                missing: Need::Recipe.to_string(),
            }),
        }
    }

    /// `w_lin`, class after class, each with its bias last.
    fn linear(&self, sums: &Sums) -> Vec<f64> {
        let mut gram = sums.gram.clone();
        add_to_diagonal(&mut gram, self.ridge * sums.samples as f64);
        let factor = Cholesky::new(gram);
        let solve = |residuals: &Vec<f64>| factor.solve(residuals);
        let linear = sums.residuals.iter().flat_map(solve);
        linear.map(|weight| -weight).collect()
    }
}

impl Sums {
    fn none(layer: &LastLayer, classes: usize) -> Self {
        let width = layer.width + usize::from(layer.has_bias);
        Self {
            samples: 0,
            gram: vec![0.0; width * width],
            residuals: vec![vec![0.0; width]; classes],
        }
    }

    fn add(
        &mut self,
        layer: &LastLayer,
        samples: &Samples<'_>,
        work: &mut Work<'_>,
    ) -> Result<(), Stopped> {
        let width = layer.width + usize::from(layer.has_bias);
        let classes = self.residuals.len();
        for batch in samples.in_order(BATCH) {
            let (features, logits) = layer.run(&batch);
            let mut rows = vec![1.0; batch.len() * width];
            let pairs = rows.chunks_exact_mut(width);
            for (row, features) in pairs.zip(features.to_vec().chunks_exact(layer.width)) {
                row[..layer.width].copy_from_slice(features);
            }
            let loss = CrossEntropy::new(&logits, &batch.labels, 0.0);
            let residuals = loss.gradients().chunks_exact(classes);
            for (row, residuals) in rows.chunks_exact(width).zip(residuals) {
                for (sums, residual) in self.residuals.iter_mut().zip(residuals) {
                    let sums = sums.iter_mut().zip(row);
                    sums.for_each(|(sum, feature)| *sum += residual * f64::from(*feature));
                }
            }
            let shape = [batch.len(), width];
            let rows = Value::from_vec(rows, &shape, &features.device());
            add_gram(&mut self.gram, &rows, None);
            self.samples += batch.len();
            work.step()?;
        }
        Ok(())
    }
}

/// The factor of `delta` by which the paper guesses where training would have
/// ended, from the part `rest` of the way that the linear model does not explain.
fn trapezium(delta: &[f64], rest: &[f64]) -> f64 {
    let [length, other] = [delta, rest].map(|vector| dot(vector, vector).sqrt());
    if length == 0.0 || other == 0.0 {
        return 1.0;
    }
    let cosine = (dot(delta, rest) / (length * other)).clamp(-1.0, 1.0);
    // sin(theta - pi/2) = -cos(theta).
    1.0 + 2.0 * cosine.abs() * other / length
}

/// The classifier layer, class after class, each with its bias last.
fn weights(network: &Network, layer: &LastLayer) -> Vec<f64> {
    let units = (0..network.class_count()).flat_map(|class| {
        let unit = network.classifier_unit(class);
        let bias = unit.bias.filter(|_| layer.has_bias);
        unit.weights.into_iter().chain(bias).map(f64::from)
    });
    units.collect()
}

fn with_weights(network: &Network, layer: &LastLayer, weights: &[f64]) -> Network {
    let mut network = network.clone();
    let width = layer.width + usize::from(layer.has_bias);
    for (class, numbers) in weights.chunks_exact(width).enumerate() {
        let mut unit = network.classifier_unit(class);
        let numbers: Vec<f32> = numbers.iter().map(|number| *number as f32).collect();
        unit.weights.copy_from_slice(&numbers[..layer.width]);
        unit.bias = unit.bias.and(numbers.last().copied());
        network.set_classifier_unit(class, &unit);
    }
    network
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trapezium_has_the_papers_angles() {
        for (rest, expected) in [
            ([3.0, 0.0], 1.0 + 2.0 * 3.0 / 2.0),
            ([0.0, 3.0], 1.0),
            (
                [-1.0, 3f64.sqrt()],
                1.0 + 2.0 * (30f64).to_radians().sin() * 2.0 / 2.0,
            ),
        ] {
            assert!((trapezium(&[2.0, 0.0], &rest) - expected).abs() < 1e-12);
        }
        assert_eq!(trapezium(&[0.0, 0.0], &[1.0, 0.0]), 1.0);
    }
}
