//! Networks of disjoint shards, of which those are trained anew that saw what is forgotten.

use rand::RngCore;
use serde::{Deserialize, Serialize};
use serde_json::json;
use unlearn_data::{Split, stream};

use super::watched::Watched;
use crate::checkpoint::{Model, ModelMetadata};
use crate::forget::{Algorithm, CatalogEntry, Context, ForgetError, Forgotten, Need};
use crate::network::architecture::MOST_SHARDS;
use crate::network::op::Vote;
use crate::network::{Architecture, Network, Value};
use crate::train::{TrainError, TrainParameters, Trainer};
use crate::tune::demand;

/// Sharded, isolated, sliced, aggregated (SISA of Bourtoule et al., "Machine Unlearning", IEEE S&P 2021): M networks
/// learn from disjoint shards and vote; a request trains those anew that saw what is forgotten. Exact.
///
/// 1. The images of a class, in the order of the data, are cut into equal runs: one for each slice of each shard that holds
///    the class, `class c in shards c, c + 1, ... modulo M`. So where an image lies does not depend on what is forgotten.
/// 2. A shard's network is drawn anew and learns from slice 1, then from slices 1 and 2, ...: the r-th time for
///    `int(r a) - int((r - 1) a)` epochs of the recipe, `a = 2 E / (R + 1)`: in all about as many passes as E epochs over everything. Each time optimizer
///    and schedule begin anew, as where weights come out of a slice's checkpoint. No codes are planted, and there are no spare units.
/// 3. The answers are put together by [`Vote`]: one vote for each network, or the mean of their softmax.
///
/// Every slice of every shard that holds a class has images of it, so a class takes these shards back to the start and a checkpoint
/// per slice would save nothing; with the paper's uniform shards (`class_shards` none) that is all of them, and costs
/// E N_R backward passes, as much as retraining. With fewer `class_shards`, our addition, so many networks are trained
/// anew; but where half of the shards or more never saw a class, they outvote those that did.
///
/// The model is an ordinary network, of whose architecture the shards' are, and all shards are trained, at the same cost; or it is an
/// ensemble that this method made for an earlier request: then shards that do not hold the class stay bit for bit, and only the others' cost is paid.
/// What differs: the program cuts the data as a whole into contiguous shards, and its softmax output calls a name that is not
/// defined. Five shards are our default, for the paper names none for images; the recipe is the model's own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sisa {
    /// Networks, M.
    shards: usize,
    /// Slices of a shard, R.
    slices: usize,
    /// How many shards hold images of one class; all where none is given.
    class_shards: Option<usize>,
    /// How the networks' answers are put together.
    vote: Vote,
}

/// The most slices.
const MOST_SLICES: usize = 1 << 10;

impl Default for Sisa {
    fn default() -> Self {
        Self {
            shards: 5,
            slices: 1,
            class_shards: None,
            vote: Vote::OneHot,
        }
    }
}

impl Algorithm for Sisa {
    const ENTRY: CatalogEntry = CatalogEntry::of::<Self>(
        "sisa",
        "vote of networks of disjoint shards; train those anew that saw the forgotten classes: exact",
        "Bourtoule et al., IEEE S&P 2021",
        &[Need::KeptImages, Need::Recipe],
    );

    fn check(&self) -> Result<(), TrainError> {
        let holds = (2..=MOST_SHARDS).contains(&self.shards);
        let shards = self.shards as f64;
        demand("shards", holds, "between 2 and 1024", shards)?;
        let (holds, slices) = ((1..=MOST_SLICES).contains(&self.slices), self.slices as f64);
        demand("slices", holds, "between 1 and 1024", slices)?;
        let holds = (1..=self.shards).contains(&self.class_shards());
        let found = self.class_shards() as f64;
        let expected = "between 1 and the number of shards";
        demand("class_shards", holds, expected, found)
    }

    fn run(&self, context: Context<'_>) -> Result<Forgotten, ForgetError> {
        let (Some(images), Some(recipe)) = (context.images, context.recipe) else {
            context.check(Self::ENTRY.name, Self::ENTRY.needs)?;
            unreachable!("the check names what is missing");
        };
        let (member, earlier) = self.member(context.model)?;
        let epochs = self.epochs(recipe.settings().epochs)?;
        let forgotten = context.request.forgotten();
        let is_touched = |shard: &usize| {
            let mut forgotten = forgotten.iter();
            earlier.is_none() || forgotten.any(|class| self.holds(*shard, *class))
        };
        let touched: Vec<usize> = (0..self.shards).filter(is_touched).collect();
        let dealt = self.dealt(images, context.request.kept());

        let batch = recipe.settings().batch_size;
        let (mut steps, mut passes) = (0, 0);
        for shard in &touched {
            let mut samples = 0;
            for (slice, epochs) in dealt[*shard].iter().zip(&epochs) {
                samples += slice.len();
                steps += epochs * samples.div_ceil(batch);
                passes += epochs * samples;
            }
        }
        let mut watched = Watched::new(context.work(steps));
        watched.work.count(passes);
        let mut networks = vec![None; self.shards];
        for shard in &touched {
            let metadata = ModelMetadata {
                architecture: member.clone(),
                ..context.model.metadata.clone()
            };
            let slices = dealt[*shard].iter().zip(&epochs).enumerate();
            let mut network: Option<Network> = None;
            let mut places = Vec::new();
            for (slice, (more, epochs)) in slices {
                places.extend_from_slice(more);
                if *epochs == 0 {
                    continue;
                }
                let samples = images.select(&places);
                let purpose = format!("sisa/{shard}/{slice}");
                let parameters = parameters(recipe, *epochs, context.seed, &purpose)?;
                let device = context.model.network.device();
                // What the description says of the data is not used: only the network is.
                let data = context.model.digest();
                let trainer = Trainer::new(metadata.clone(), parameters, &samples, data, device);
                let mut trainer = trainer.map_err(|error| self.refused(*shard, &error))?;
                if let Some(network) = &network {
                    trainer = trainer.starting_from(network);
                }
                watched.run(&mut trainer)?;
                network = Some(trainer.model().network);
            }
            networks[*shard] = network;
        }
        let architecture = Architecture::Sisa {
            member: Box::new(member),
            shards: self.shards,
            class_shards: self.class_shards(),
            vote: self.vote,
        };
        let network = joined(&architecture, context.model, &networks)?;
        let mut made = Forgotten::new(network, &watched.work)
            .of_architecture(architecture)
            .drawn_anew();
        let trained = ("shards_trained".to_owned(), json!(touched.len()));
        made.choices.extend([trained]);
        Ok(made)
    }
}

impl Sisa {
    fn class_shards(&self) -> usize {
        self.class_shards.unwrap_or(self.shards)
    }

    /// The architecture of a shard's network; and the model, where it is an ensemble of such.
    fn member<'a>(
        &self,
        model: &'a Model,
    ) -> Result<(Architecture, Option<&'a Model>), ForgetError> {
        let refuse = |reason| ForgetError::Setting {
            method: Self::ENTRY.name,
            reason,
        };
        match &model.metadata.architecture {
            Architecture::Sisa {
                member,
                shards,
                class_shards,
                vote,
            } => {
                let own = self.class_shards();
                let settings = [
                    ("shards", json!(shards), json!(self.shards)),
                    ("class_shards", json!(class_shards), json!(own)),
                    ("vote", json!(vote), json!(self.vote)),
                ];
                let mut settings = settings.into_iter();
                if let Some((name, theirs, ours)) = settings.find(|(_, one, other)| one != other) {
                    return Err(refuse(format!(
                        "{name}: expected {theirs} as in the model's own ensemble, found {ours}"
                    )));
                }
                Ok((member.as_ref().clone(), Some(model)))
            }
            other if other.is_ensemble() => Err(refuse(format!(
                "expected a model of one network or of this method, found `{}`",
                other.name()
            ))),
            other => Ok((other.clone(), None)),
        }
    }

    /// Epochs per slice: `int(r a) - int((r - 1) a)`, `a = 2 E / (R + 1)`.
    fn epochs(&self, epochs: usize) -> Result<Vec<usize>, ForgetError> {
        let slices = self.slices;
        if 2 * epochs < slices + 1 {
            return Err(ForgetError::Setting {
                method: Self::ENTRY.name,
                reason: format!(
                    "slices: expected at most {} of a recipe of {epochs} epochs, so that each is seen, found {slices}",
                    2 * epochs - 1
                ),
            });
        }
        let until = |slice: usize| 2 * epochs * slice / (slices + 1);
        Ok((1..=slices).map(|r| until(r) - until(r - 1)).collect())
    }

    /// Whether a shard holds images of a class.
    fn holds(&self, shard: usize, class: usize) -> bool {
        (shard + self.shards - class % self.shards) % self.shards < self.class_shards()
    }

    /// Per shard and slice, the places of the images of some classes, ascending.
    fn dealt(&self, images: &Split, classes: &[usize]) -> Vec<Vec<Vec<usize>>> {
        let mut dealt = vec![vec![Vec::new(); self.slices]; self.shards];
        let mut of_classes = vec![Vec::new(); classes.iter().max().map_or(0, |most| most + 1)];
        for place in 0..images.len() {
            if let Some(places) = of_classes.get_mut(images.label(place)) {
                places.push(place);
            }
        }
        let runs = self.class_shards() * self.slices;
        for class in classes {
            let places = &of_classes[*class];
            for run in 0..runs {
                let ends = [run, run + 1].map(|end| places.len() * end / runs);
                let shard = (class + run / self.slices) % self.shards;
                let slice: &mut Vec<usize> = &mut dealt[shard][run % self.slices];
                slice.extend_from_slice(&places[ends[0]..ends[1]]);
            }
        }
        let slices = dealt.iter_mut().flatten();
        slices.for_each(|places| places.sort_unstable());
        dealt
    }

    fn refused(&self, shard: usize, error: &TrainError) -> ForgetError {
        ForgetError::Setting {
            method: Self::ENTRY.name,
            reason: format!(
                "shard {shard} of {}: {error}: fewer shards or slices, or more class_shards, may help",
                self.shards
            ),
        }
    }
}

/// The recipe for so many epochs, without codes and spare units, drawing for a purpose of its own.
fn parameters(
    recipe: &TrainParameters,
    epochs: usize,
    seed: u64,
    purpose: &str,
) -> Result<TrainParameters, TrainError> {
    let mut settings = recipe.settings().clone();
    settings.epochs = epochs;
    settings.mix = 0.0;
    settings.spare_units = 0;
    settings.seed = stream(seed, purpose).next_u64();
    settings.check()
}

/// The ensemble of the networks there are; in the place of others stand the model's own.
fn joined(
    architecture: &Architecture,
    model: &Model,
    networks: &[Option<Network>],
) -> Result<Network, ForgetError> {
    let ModelMetadata {
        input_shape,
        classes,
        ..
    } = &model.metadata;
    let graph = architecture.build(input_shape, classes.len());
    let graph = graph.map_err(TrainError::from)?;
    let before = model.network.parameters();
    let length = graph.parameters().len() / networks.len();
    let values = networks.iter().enumerate().flat_map(|(shard, network)| {
        let parameters = match network {
            Some(network) => network.parameters(),
            None => &before[shard * length..][..length],
        };
        parameters.iter().map(|parameter| parameter.value.clone())
    });
    let values: Vec<Value> = values.collect();
    Ok(Network::from_values(graph, values, model.network.device()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sisa(shards: usize, slices: usize, class_shards: Option<usize>) -> Sisa {
        Sisa {
            shards,
            slices,
            class_shards,
            vote: Vote::OneHot,
        }
    }

    #[test]
    fn epochs_of_the_slices_are_those_of_the_paper() {
        // a = 2 * 20 / 4 = 10, and 2 * 20 / 8 = 5.
        assert_eq!(sisa(2, 3, None).epochs(20).unwrap(), [10, 10, 10]);
        assert_eq!(sisa(2, 7, None).epochs(20).unwrap(), [5; 7]);
        // a = 10 / 4: 2.5, 5, 7.5.
        assert_eq!(sisa(2, 3, None).epochs(5).unwrap(), [2, 3, 2]);
        assert_eq!(sisa(2, 1, None).epochs(7).unwrap(), [7]);
        assert_eq!(sisa(2, 5, None).epochs(3).unwrap(), [1; 5]);
        let error = sisa(2, 6, None).epochs(3).unwrap_err().to_string();
        assert!(error.contains("at most 5"), "{error}");
    }

    /// Image k of 48 has the label k mod 4.
    fn images() -> Split {
        Split::new([1, 1, 1], vec![0; 48], (0..48).map(|k| k % 4).collect())
    }

    #[test]
    fn every_image_lies_in_one_slice_whatever_is_forgotten() {
        for class_shards in [None, Some(2)] {
            let (sisa, images) = (sisa(3, 2, class_shards), images());
            let all = sisa.dealt(&images, &[0, 1, 2, 3]);
            let mut places: Vec<usize> = all.iter().flatten().flatten().copied().collect();
            places.sort_unstable();
            assert_eq!(places, (0..48).collect::<Vec<_>>());
            let without: Vec<Vec<Vec<usize>>> = all
                .iter()
                .map(|slices| {
                    let slices = slices.iter().map(|places| {
                        let kept = places.iter().copied().filter(|place| place % 4 != 1);
                        kept.collect()
                    });
                    slices.collect()
                })
                .collect();
            assert_eq!(sisa.dealt(&images, &[0, 2, 3]), without);
            for (shard, slices) in all.iter().enumerate() {
                for class in 0..4 {
                    let mut places = slices.iter().flatten();
                    let found = places.any(|place| place % 4 == class);
                    assert_eq!(found, sisa.holds(shard, class), "{shard} {class}");
                }
            }
        }
    }
}
