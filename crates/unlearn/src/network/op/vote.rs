//! Several networks' answers put together.

use super::{Forward, Mode, Operation, OperationGradients, Saved, Wanted};
use crate::network::{ShapeError, Value, largest};
use serde::{Deserialize, Serialize};

/// The answers of M members to one sample, logits `[classes]` each, put together: the output is
/// the log of their mean, so that its softmax is about the share of each class.
///
/// One-hot (Bourtoule et al., "Machine Unlearning", 2021): `log(n_k / M + 1e-6)`, `n_k` the members whose largest
/// logit is k, of equals the first. Softmax: `log((1 / M) sum_m p_mk)`, `p_m = softmax(z_m)`. In double precision on the host.
///
/// Counting has no slope. In its place stands that of the mean softmax, for both rules, so that methods and attackers that go by
/// gradients see the members: `dL/dz_mj = d_j r_mj - p_mj sum_k d_k r_mk`, `r_mk = p_mk / sum_m' p_m'k`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vote {
    /// Each member has one vote.
    #[default]
    OneHot,
    /// Each member's vote is spread as its softmax.
    Softmax,
}

/// The share that a class without votes has.
const NO_VOTE: f64 = 1e-6;

impl Operation for Vote {
    fn kind(&self) -> &'static str {
        "vote"
    }

    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError> {
        match inputs {
            [first, others @ ..] if first.len() == 1 && others.iter().all(|o| o == first) => {
                Ok(first.to_vec())
            }
            _ => Err(ShapeError::new(
                "vote",
                "inputs of one shape [classes]",
                inputs,
            )),
        }
    }

    fn forward(&self, inputs: Vec<Value>, _: &[Value], _: &mut Mode<'_>) -> Forward {
        let (shape, device) = (inputs[0].shape().to_vec(), inputs[0].device());
        let (classes, members) = (shape[1], inputs.len() as f64);
        let shares: Vec<f64> = match self {
            Self::OneHot => {
                let mut votes = vec![0usize; shape[0] * classes];
                for logits in &inputs {
                    logits.read(|logits| {
                        let rows = logits.chunks_exact(classes);
                        for (row, votes) in rows.zip(votes.chunks_exact_mut(classes)) {
                            votes[largest(row)] += 1;
                        }
                    });
                }
                let shares = votes.into_iter();
                shares
                    .map(|votes| (votes as f64 / members + NO_VOTE).ln())
                    .collect()
            }
            Self::Softmax => {
                let (_, sums) = log_probabilities(&inputs, classes);
                sums.into_iter().map(|sum| sum - members.ln()).collect()
            }
        };
        let output = shares.into_iter().map(|share| share as f32).collect();
        let saved = Saved {
            values: inputs,
            ..Saved::default()
        };
        Forward::new(Value::from_vec(output, &shape, &device), saved)
    }

    fn backward(
        &self,
        saved: &Saved,
        _: &[Value],
        gradient: Value,
        wanted: Wanted<'_>,
    ) -> OperationGradients {
        let (shape, device) = (gradient.shape().to_vec(), gradient.device());
        let classes = shape[1];
        let gradient = gradient.into_vec();
        let (of_members, sums) = log_probabilities(&saved.values, classes);
        let members = of_members.iter().zip(wanted.inputs);
        let inputs = members.map(|(logs, wanted)| {
            let rows = logs.chunks_exact(classes).zip(sums.chunks_exact(classes));
            let rows = rows.zip(gradient.chunks_exact(classes));
            let slope = |((logs, sums), gradient): ((&[f64], &[f64]), &[f32])| {
                let entries = logs.iter().zip(sums).zip(gradient);
                let parts: Vec<f64> = entries
                    .map(|((log, sum), d)| f64::from(*d) * (log - sum).exp())
                    .collect();
                let total: f64 = parts.iter().sum();
                let slopes = parts.iter().zip(logs);
                slopes
                    .map(|(part, log)| (part - log.exp() * total) as f32)
                    .collect::<Vec<f32>>()
            };
            wanted.then(|| Value::from_vec(rows.flat_map(slope).collect(), &shape, &device))
        });
        OperationGradients {
            inputs: inputs.collect(),
            parameters: Vec::new(),
        }
    }
}

/// Per member the `log softmax` of all rows, and the log of the sum of the members' softmax.
fn log_probabilities(members: &[Value], classes: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    let of_member = |logits: &Value| -> Vec<f64> {
        logits.read(|logits| {
            let rows = logits.chunks_exact(classes);
            let logs = rows.flat_map(|row| {
                let row: Vec<f64> = row.iter().map(|logit| f64::from(*logit)).collect();
                let sum = log_sum(row.iter().copied());
                row.into_iter().map(move |logit| logit - sum)
            });
            logs.collect()
        })
    };
    let logs: Vec<Vec<f64>> = members.iter().map(of_member).collect();
    let entries = 0..logs.first().map_or(0, Vec::len);
    let sums = entries.map(|entry| log_sum(logs.iter().map(|member| member[entry])));
    let sums = sums.collect();
    (logs, sums)
}

/// `log(sum exp(x))`, without overflow.
fn log_sum(numbers: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = numbers.clone().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = numbers.map(|number| (number - top).exp()).sum();
    top + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Device;

    fn logits(vote: Vote, members: &[[f32; 3]]) -> Vec<f32> {
        let members = members.iter();
        let members =
            members.map(|member| Value::from_vec(member.to_vec(), &[1, 3], &Device::flex()));
        let forward = vote.forward(members.collect(), &[], &mut Mode::Inference);
        forward.output.to_vec()
    }

    #[test]
    fn of_equal_counts_the_lowest_class_wins() {
        let members = [
            [0.0, 0.0, 3.0],
            [0.0, 1.0, 1.0],
            [5.0, 1.0, 1.0],
            [0.0, 2.0, 9.0],
            [0.0, 7.0, 1.0],
        ];
        let tied = logits(Vote::OneHot, &members);
        assert_eq!(largest(&tied), 1);
        assert!((tied[0] - 0.2f32.ln()).abs() < 1e-4);
        assert_eq!(largest(&logits(Vote::Softmax, &members)), 2);
    }

    #[test]
    fn far_apart_logits_stay_finite() {
        let members = [[1e30, -1e30, 0.0], [-1e30, 0.0, 1e30]];
        for vote in [Vote::OneHot, Vote::Softmax] {
            assert!(logits(vote, &members).iter().all(|logit| logit.is_finite()));
        }
    }
}
