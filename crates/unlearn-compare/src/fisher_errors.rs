//! How far the Fisher diagonals of a method lie from those of all training images.

use unlearn::fisher::{Fisher, FisherError, fisher_batched, fisher_of_images, rank_correlation};
use unlearn::forget::{Context, Request, eta};
use unlearn::network::Network;
use unlearn::tune::{Samples, Watch};
use unlearn_report::FisherErrors;

use crate::CompareError;
use crate::cell::{Cell, Work};
use crate::method::FisherSamples;
use crate::run::Run;

/// The Fisher diagonals of all training images: of the forgotten classes, and of the kept ones.
pub(crate) struct Exact {
    original: usize,
    forgotten: Vec<usize>,
    diagonals: [Fisher; 2],
}

impl Run<'_> {
    /// The errors of the diagonals that a cell's method works with; none where they are not asked for, or
    /// the method has none. The cell's original is at hand.
    ///
    /// # Errors
    /// If the request cannot be made of the original.
    pub fn fisher_errors(&mut self, cell: &Cell) -> Result<Option<FisherErrors>, CompareError> {
        let samples = match &cell.work {
            Work::Method(method) if self.plan.fisher_error => method.fisher_samples(),
            Work::Method(_) | Work::Original | Work::Retrained(_) => None,
        };
        let Some((samples, (_, started))) = samples.zip(self.started.as_ref()) else {
            return Ok(None);
        };
        let original = &self.plan.originals[cell.original];
        let data = &self.plan.data[original.data];
        let model = &started.model;
        let names = data.classes.names();
        let classes: Vec<&str> = cell.classes.iter().map(|class| &*names[*class]).collect();
        let request = Request::new(model, &classes)?;
        let sets = [request.forgotten(), request.kept()];

        let known = self.exact.take().filter(|exact| {
            exact.original == cell.original && exact.forgotten == request.forgotten()
        });
        let exact = known.or_else(|| {
            let mut done = 0;
            let mut of = |classes: &[usize]| {
                let before = done;
                fisher_of_images(model, &data.train, classes, |count| {
                    done = before + count;
                    // Who asks to stop is heard when the cell is done.
                    self.tell(&cell.title, done as f64 / data.train.len() as f64);
                })
            };
            Some(Exact {
                original: cell.original,
                forgotten: request.forgotten().to_vec(),
                diagonals: [of(sets[0])?, of(sets[1])?],
            })
        });
        let Some(exact) = exact else {
            unreachable!("a plan has training images of both sets of classes");
        };

        let network = &model.network;
        // The very images that the method draws.
        let context = Context {
            model,
            codes: started.codes.as_ref(),
            enrolment: None,
            request: &request,
            images: Some(&data.train),
            augmentation: original.training.parameters.settings().augmentation,
            recipe: None,
            seed: original.method_seed,
            watch: Watch::none(),
            max_kept_loss: None,
            curve: false,
        };
        let drawn = |count| {
            [context.forgotten(), context.kept()].map(|samples| of_samples(network, samples, count))
        };
        let estimates = match (samples, &started.codes) {
            (FisherSamples::Images(Some(count)), _) => Some(drawn(count)),
            (FisherSamples::Codes, Some(codes)) => Some(sets.map(|classes| {
                fisher_batched(network, &codes.batch(classes, network.device()), classes)
            })),
            // All images: the exact ones.
            (FisherSamples::Images(None), _) | (FisherSamples::Codes, None) => None,
        };
        let errors = errors(
            network,
            estimates.as_ref().unwrap_or(&exact.diagonals),
            &exact.diagonals,
        );
        self.exact = Some(exact);
        Ok(Some(errors))
    }
}

/// The diagonal of so many images of each class.
fn of_samples(network: &Network, samples: Samples<'_>, count: usize) -> Fisher {
    let samples = samples.at_most_per_class(count).sorted_by_label();
    let batch = samples.in_order(samples.len()).next();
    let batch = batch.unwrap_or_else(|| unreachable!("a plan has images of every set of classes"));
    fisher_batched(network, &batch.inputs, &batch.labels)
}

fn errors(network: &Network, estimates: &[Fisher; 2], exact: &[Fisher; 2]) -> FisherErrors {
    let samples = |diagonals: &[Fisher; 2]| diagonals.iter().map(Fisher::backward_passes).sum();
    let [forgotten, kept] =
        [0, 1].map(|set| FisherError::new(network, &estimates[set], &exact[set]));
    FisherErrors {
        samples: samples(estimates),
        exact_samples: samples(exact),
        forgotten,
        kept,
        eta_rank_correlation: rank_correlation(&etas(network, estimates), &etas(network, exact)),
    }
}

/// The quotients of two diagonals, all parameters in a row.
fn etas(network: &Network, [forgotten, kept]: &[Fisher; 2]) -> Vec<f64> {
    let parameters = 0..network.parameters().len();
    let tensors = parameters.filter_map(|parameter| {
        let (forgotten, kept) = (forgotten.values(parameter)?, kept.values(parameter)?);
        Some(eta(&forgotten, &kept))
    });
    tensors.flatten().collect()
}
