//! Newton's step away from the forgotten samples.

use rand::Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};
use unlearn_data::stream;

use super::last_layer::LastLayer;
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::Value;
use crate::solve::{Cholesky, add_gram, add_to_diagonal, dot};
use crate::train::TrainError;
use crate::tune::{Samples, Stopped, Work, count, not_negative, positive};

/// Images whose features are computed together.
const BATCH: usize = 128;
/// How many times as low as any logit at hand a forgotten class's own output is, which is taken away.
const NEVER: f64 = 1000.0;
/// Newton's steps end when the mean gradient is this short.
const CONVERGED: f64 = 1e-9;

/// Replaces the classifier layer by logistic models of one class against the rest,
/// fitted to all features, then takes the forgotten images out of each by one Newton step
/// (Guo, Goldstein, Hannun, van der Maaten, "Certified Data Removal from Machine Learning Models", ICML 2020;
/// here for the last layer alone).
///
/// With x the features of length 1, y = +-1 and l the logistic loss, each w minimises
/// `mean l(y w.x) + ridge / 2 |w|^2 + b.w / N`, `b ~ N(0, noise^2)`, and moves by
/// `H^-1 (N_F ridge w + sum over D_F of l'(y w.x) y x)`, H the Hessian of the sum over D_R with N_R ridge. A forgotten
/// class's own model would have no example left: its row becomes 0 and its bias `-1000 max(1, |w| |f|)`, with the shortest
/// w of a kept class and the longest features f of an image at hand. No such image's best kept logit is below `-|w| |f|`,
/// however little ridge and much noise make the rows long; an image to come would need features a thousand times as long.
/// Dividing features by their length changes no answer among the kept classes, so the network need not. The bound of the paper
/// holds for features that never saw the forgotten images; those of this network did: nothing is guaranteed.
/// No backward pass: one pass forwards over D, and a few solves per kept class. The authors' program
/// fits by L-BFGS, 100 steps, which ends at the same minimum. Values are those of its SVHN experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CertifiedRemoval {
    /// Strength of the pull to 0.
    ridge: f64,
    /// Deviation of the random slope b.
    noise: f64,
    /// Newton's steps at most while a model is fitted.
    fit_steps: usize,
}

impl Default for CertifiedRemoval {
    fn default() -> Self {
        Self {
            ridge: 2e-4,
            noise: 10.0,
            fit_steps: 100,
        }
    }
}

/// Features of length 1 and their labels.
struct Features {
    /// `[samples, width]`.
    rows: Value,
    width: usize,
    /// The greatest length that features had.
    longest: f64,
    labels: Vec<usize>,
}

impl Algorithm for CertifiedRemoval {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "certified-removal",
        "refit the classifier layer, then take images out by a Newton step (last layer)",
        "Guo, Goldstein, Hannun, van der Maaten, ICML 2020",
        &[Need::KeptImages, Need::ForgottenImages],
    );

    fn check(&self) -> Result<(), TrainError> {
        positive("ridge", self.ridge)?;
        not_negative("noise", self.noise)?;
        count("fit_steps", self.fit_steps)
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let mut network = context.model.network.clone();
        let layer = LastLayer::of(Self::ENTRY.name, &network)?;
        if !layer.has_bias {
            return Err(ForgetError::Setting {
                method: Self::ENTRY.name,
                reason: "expected a classifier layer with a bias, found none".into(),
            });
        }
        let (kept, forgotten) = (context.kept(), context.forgotten());
        let classes = context.request.kept();
        let batches = [&kept, &forgotten].map(|samples| samples.batch_count(BATCH));
        let mut work = context.work(batches.iter().sum::<usize>() + classes.len());
        let kept = Features::of(&layer, &kept, &mut work)?;
        let forgotten = Features::of(&layer, &forgotten, &mut work)?;
        let mut shortest = f64::INFINITY;
        for class in classes {
            let mut random = stream(context.seed, &format!("certified-removal/{class}"));
            let slope =
                (0..layer.width).map(|_| self.noise * random.sample::<f64, _>(StandardNormal));
            let fitted = self.fit(&[&kept, &forgotten], *class, &slope.collect::<Vec<f64>>());
            let removed = self.remove(&kept, &forgotten, *class, fitted);
            shortest = shortest.min(dot(&removed, &removed).sqrt());
            let mut unit = network.classifier_unit(*class);
            unit.weights = removed.iter().map(|weight| *weight as f32).collect();
            unit.bias = Some(0.0);
            network.set_classifier_unit(*class, &unit);
            work.step()?;
        }
        let lowest = shortest * kept.longest.max(forgotten.longest);
        let gone = context.request.gone().iter();
        for class in gone.chain(context.request.forgotten()) {
            let mut unit = network.classifier_unit(*class);
            unit.weights.fill(0.0);
            unit.bias = Some((-NEVER * lowest.max(1.0)) as f32);
            network.set_classifier_unit(*class, &unit);
        }
        Ok(Forgotten::new(network, &work))
    }
}

impl CertifiedRemoval {
    /// The minimum over all samples, by Newton's method with halved steps where a
    /// whole one would climb.
    fn fit(&self, sets: &[&Features], class: usize, slope: &[f64]) -> Vec<f64> {
        let count: usize = sets.iter().map(|set| set.labels.len()).sum();
        let n = count as f64;
        let height = |w: &[f64]| {
            let losses: f64 = sets.iter().map(|set| set.loss(class, w)).sum();
            losses + n * self.ridge / 2.0 * dot(w, w) + dot(slope, w)
        };
        let mut w = vec![0.0; slope.len()];
        for _ in 0..self.fit_steps {
            let mut gradient = slope.to_vec();
            let pull = gradient.iter_mut().zip(&w);
            pull.for_each(|(g, w)| *g += n * self.ridge * w);
            sets.iter()
                .for_each(|set| set.add_gradient(class, &w, &mut gradient));
            if dot(&gradient, &gradient).sqrt() <= CONVERGED * n {
                break;
            }
            let step = self.hessian(sets, class, &w).solve(&gradient);
            let now = height(&w);
            let along = |part: f64| -> Vec<f64> {
                w.iter().zip(&step).map(|(w, s)| w - part * s).collect()
            };
            let parts = (0..30).map(|halvings| 0.5f64.powi(halvings));
            let mut tried = parts.map(along);
            match tried.find(|w| height(w) < now) {
                Some(better) => w = better,
                None => break,
            }
        }
        w
    }

    /// The weights without the forgotten samples, to second order.
    fn remove(&self, kept: &Features, forgotten: &Features, class: usize, w: Vec<f64>) -> Vec<f64> {
        let pull = forgotten.labels.len() as f64 * self.ridge;
        let mut gradient: Vec<f64> = w.iter().map(|w| pull * w).collect();
        forgotten.add_gradient(class, &w, &mut gradient);
        let step = self.hessian(&[kept], class, &w).solve(&gradient);
        w.iter().zip(step).map(|(w, step)| w + step).collect()
    }

    /// `X^T diag(s (1 - s)) X + n ridge I`, s the logistic function of w.x.
    fn hessian(&self, sets: &[&Features], class: usize, w: &[f64]) -> Cholesky {
        let mut sum = vec![0.0; w.len() * w.len()];
        for set in sets {
            let curvature = |margin: f64| logistic(margin) * logistic(-margin);
            let weights = set.margins(class, w).map(|margin| curvature(margin) as f32);
            add_gram(&mut sum, &set.rows, Some(&weights.collect::<Vec<f32>>()));
            add_to_diagonal(&mut sum, set.labels.len() as f64 * self.ridge);
        }
        Cholesky::new(sum)
    }
}

impl Features {
    fn of(layer: &LastLayer, samples: &Samples<'_>, work: &mut Work<'_>) -> Result<Self, Stopped> {
        let mut rows = Vec::with_capacity(samples.len() * layer.width);
        let mut longest = 0.0_f64;
        for batch in samples.in_order(BATCH) {
            let (features, _) = layer.run(&batch);
            for row in features.to_vec().chunks_exact(layer.width) {
                let square: f64 = row.iter().map(|x| f64::from(*x).powi(2)).sum();
                let length = square.sqrt().max(f64::MIN_POSITIVE);
                longest = longest.max(length);
                rows.extend(row.iter().map(|x| (f64::from(*x) / length) as f32));
            }
            work.step()?;
        }
        let (width, shape) = (layer.width, [samples.len(), layer.width]);
        Ok(Self {
            rows: Value::from_vec(rows, &shape, layer.device()),
            width,
            longest,
            labels: samples.labels().collect(),
        })
    }

    /// `y w.x` of every sample, y = 1 for the class and -1 for the rest.
    fn margins(&self, class: usize, w: &[f64]) -> std::vec::IntoIter<f64> {
        let margins: Vec<f64> = self.rows.read(|rows| {
            let rows = rows.chunks_exact(self.width).zip(&self.labels);
            rows.map(|(row, label)| {
                let product: f64 = row.iter().zip(w).map(|(x, w)| f64::from(*x) * w).sum();
                side(*label, class) * product
            })
            .collect()
        });
        margins.into_iter()
    }

    /// The sum of the losses `log(1 + exp(-y w.x))`.
    fn loss(&self, class: usize, w: &[f64]) -> f64 {
        let losses = self.margins(class, w);
        losses
            .map(|margin| (-margin.abs()).exp().ln_1p() + (-margin).max(0.0))
            .sum()
    }

    /// Adds the sum of their gradients `(s(y w.x) - 1) y x`.
    fn add_gradient(&self, class: usize, w: &[f64], sum: &mut [f64]) {
        let margins = self.margins(class, w);
        self.rows.read(|rows| {
            let rows = rows.chunks_exact(self.width).zip(&self.labels);
            for ((row, label), margin) in rows.zip(margins) {
                let factor = -logistic(-margin) * side(*label, class);
                let sums = sum.iter_mut().zip(row);
                sums.for_each(|(sum, x)| *sum += factor * f64::from(*x));
            }
        });
    }
}

fn side(label: usize, class: usize) -> f64 {
    if label == class { 1.0 } else { -1.0 }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
