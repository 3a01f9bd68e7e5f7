//! What the audits say together, and what they do not say.

use unlearn::audit::Role;

use super::{AuditRecord, AuditedModel, Conclusion};

impl AuditRecord {
    /// The audits that came to a conclusion.
    fn that(&self, conclusion: Conclusion) -> Vec<&str> {
        let audits = self
            .audits
            .iter()
            .filter(|audit| audit.conclusion == conclusion);
        audits.map(|audit| audit.title.as_str()).collect()
    }

    /// What the audits say together, in a sentence.
    pub(super) fn summarise(&self) -> String {
        let classes = self.forgotten.join(", ");
        let traces = self.that(Conclusion::Traces);
        let clear = self.that(Conclusion::NoTraces);
        let undecided = self.that(Conclusion::Undecided);
        let judged = traces.len() + clear.len() + undecided.len();
        if self.retrained() == 0 {
            return format!(
                "Without a retrained model it cannot be concluded whether {classes} was forgotten; the figures only show \
                 what differs from before."
            );
        }
        match (traces.len(), judged) {
            (_, 0) if !self.that(Conclusion::Outward).is_empty() => format!(
                "From outside nothing of {classes} is seen, but no audit could tell whether it is hidden or forgotten."
            ),
            (_, 0) => format!("No audit could tell whether {classes} was forgotten."),
            (0, _) if undecided.is_empty() => format!(
                "None of the {judged} audits that find {classes} where it is only hidden found more of it in this model than \
                 in retrained ones, at the budget stated."
            ),
            (0, _) => format!(
                "Of the {judged} audits that find {classes} in the original none is sure to find more of it in this model \
                 than in retrained ones; {} undecided.",
                match undecided.len() {
                    1 => "one is".to_owned(),
                    count => format!("{count} are"),
                }
            ),
            (found, _) => format!(
                "Not forgotten: {found} {} found more of {classes} in this model than in any retrained one, and one suffices; of \
                 the others that could have, {} did not and {} undecided.",
                if found == 1 { "audit" } else { "audits" },
                clear.len(),
                match undecided.len() {
                    1 => "1 is".to_owned(),
                    count => format!("{count} are"),
                }
            ),
        }
    }

    /// How many audits came to which conclusion, all of them counted.
    pub fn tally(&self) -> String {
        let all = [
            Conclusion::Traces,
            Conclusion::NoTraces,
            Conclusion::Undecided,
            Conclusion::Outward,
            Conclusion::Blind,
            Conclusion::NoReference,
            Conclusion::NotAsked,
            Conclusion::Skipped,
        ];
        let counts = all.into_iter().filter_map(|conclusion| {
            let count = self.that(conclusion).len();
            (count > 0).then(|| format!("{}: {count}", conclusion.words()))
        });
        let counts: Vec<String> = counts.collect();
        format!("Of {} audits, {}.", self.audits.len(), counts.join("; "))
    }

    /// What cannot be concluded and why, a sentence each.
    pub(super) fn find_limits(&self) -> Vec<String> {
        let mut limits = Vec::new();
        match self.retrained() {
            0 => limits.push(
                "There is no model retrained without the classes (--retrained, or --train-oracle): a probe finds a class in \
                 part even where it was never seen, so that no figure here can be called a trace."
                    .to_owned(),
            ),
            1 => limits.push(
                "There is one retrained model only: how much such models differ by chance is not known, and figures that \
                 compare with another retrained model (likeness, where images land, the time to relearn as a part of theirs) \
                 have no yardstick: a gate on them holds the model to that single one. Name several."
                    .to_owned(),
            ),
            count => limits.push(format!(
                "Retrained models differ by chance: one more of them beside the {count} here would come out worst of all in any \
                 one figure one time in {}. That a figure must be worse by a margin and beyond its interval makes such false \
                 alarms rarer, but there are many figures.",
                count + 1
            )),
        }
        let is_named =
            |model: &AuditedModel| model.role == Role::Retrained && model.training.is_none();
        if self.models.iter().any(is_named) {
            let of_codes = match self.with_codes {
                true => ", and that none of them knows a code of the classes",
                false => "",
            };
            limits.push(format!(
                "That the retrained models never saw the classes is taken on trust from who named them: checked was only \
                 that no two models are the same{of_codes}."
            ));
        }
        if self.retrained() > 1 {
            let (alarms, comparisons) = self.false_alarms();
            limits.push(format!(
                "Each retrained model was held to the others as this model is held to them, which shows false alarms: \
                 {alarms} of {comparisons} figures told one apart."
            ));
        }
        if self.budget.draws == 1 {
            limits.push(
                "Attackers had a single draw of images: luck in that draw is in none of the intervals. The full budget has several."
                    .to_owned(),
            );
        }
        let blind = self.that(Conclusion::Blind);
        if !blind.is_empty() {
            limits.push(format!(
                "These audits do not find so much more of the class in the original than in retrained models as would matter, and \
                 say nothing here: {}.",
                blind.join("; ")
            ));
        }
        let outward = self.that(Conclusion::Outward);
        if !outward.is_empty() {
            limits.push(format!(
                "These audits find nothing in the bias shift either, which only hides the class: they speak of what the model \
                 shows, not of what it holds: {}.",
                outward.join("; ")
            ));
        }
        let skipped = self
            .audits
            .iter()
            .filter_map(|audit| audit.skipped.as_ref().map(|why| (audit, why)));
        limits.extend(skipped.map(|(audit, why)| format!("Not made: {}. {why}", audit.title)));
        limits.push(
            "Not tested: attacks with more images, steps or other learning rates than stated under the budget; reconstruction of images; whether single images of the class, rather than the \
             class, left traces."
                .to_owned(),
        );
        limits
    }
}
