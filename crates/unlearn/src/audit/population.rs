//! Many models of one recipe and different training seeds.

use unlearn_data::Split;

use super::groups::{Groups, SMALLEST};
use super::margin::margins;
use super::{Context, Role, Subject};

/// The margins of all models of each role, those audited and their peers.
#[derive(Clone, Debug)]
pub(super) struct Populations {
    /// On training images of the forgotten classes.
    forgotten: Vec<OfRole>,
    /// On training images of the kept classes.
    kept: Vec<OfRole>,
}

/// A role with the margins `[model][image]` of its models.
type OfRole = (Role, Vec<Vec<f64>>);

/// Whose images margins are of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Images {
    /// Training images of the forgotten classes.
    Forgotten,
    /// Training images of the kept classes.
    Kept,
}

impl Populations {
    /// Asks all models.
    pub fn measure(context: &Context<'_>) -> Self {
        let roles = [Role::Before, Role::BiasShift, Role::After, Role::Retrained];
        let ask = |samples: &Split| {
            let asked = roles.map(|role| {
                let models = of_role(context, role);
                let models = models.map(|subject| margins(subject, samples));
                (role, models.collect())
            });
            asked.into()
        };
        Self {
            forgotten: ask(&context.members[0]),
            kept: ask(&context.train.of_classes(&context.kept)),
        }
    }

    fn of(&self, role: Role, images: Images) -> &[Vec<f64>] {
        let all = match images {
            Images::Forgotten => &self.forgotten,
            Images::Kept => &self.kept,
        };
        let found = all.iter().find(|(of, _)| *of == role);
        found.map_or(&[], |(_, margins)| margins)
    }
}

/// Why audits of many models cannot be made, if so.
pub(super) fn obstacle(context: &Context<'_>) -> Option<&'static str> {
    if group_size(context) < SMALLEST {
        return Some(
            "It needs many models of different training seeds: at least 4 before, 4 after and 8 retrained.",
        );
    }
    let kept = context.train.of_classes(&context.kept);
    (context.members[0].is_empty() || kept.is_empty())
        .then_some("It needs training images of the forgotten and of the kept classes.")
}

/// The models of a role in groups beside retrained ones; for the first retrained model,
/// retrained ones beside each other. Groups are of one size for all roles. None for the other retrained
/// models, whose figures are the first one's too, and where too few models have the role.
pub(super) fn beside_retrained<'a>(
    context: &'a Context<'_>,
    subject: &Subject,
    images: Images,
) -> Option<Groups<'a>> {
    let size = group_size(context);
    let populations = context.populations();
    let retrained = populations.of(Role::Retrained, images);
    if subject.role == Role::Retrained {
        let first = of_role(context, Role::Retrained).next()?;
        return std::ptr::eq(first, subject).then(|| Groups::own(retrained, size, context.seed));
    }
    let ours = populations.of(subject.role, images);
    (ours.len() >= size).then(|| Groups::audited(ours, retrained, size, context.seed))
}

/// How many models a group has.
fn group_size(context: &Context<'_>) -> usize {
    let count = |role| of_role(context, role).count();
    let [before, after] = [Role::Before, Role::After].map(count);
    before.min(after).min(count(Role::Retrained) / 2)
}

fn of_role<'a>(context: &'a Context<'_>, role: Role) -> impl Iterator<Item = &'a Subject> {
    let all = context.subjects.iter().chain(context.peers);
    all.filter(move |subject| subject.role == role)
}
