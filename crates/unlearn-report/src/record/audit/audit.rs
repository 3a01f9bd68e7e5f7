//! All audits of a model that is said to have forgotten.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use thiserror::Error;
use unlearn::audit::{About, Budget, Context, Role, Subject, Verdict};
use unlearn::data::Digest;
use unlearn::network::{Architecture, DeviceName};

use super::{AuditEntry, AuditGate, AuditGateResult, SampleRecord};
use crate::record::{DataSummary, SCHEMA, VERSION};

/// All audits of a model that is said to have forgotten, beside the model
/// before, the bias shift and retrained models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditRecord {
    /// [`SCHEMA`].
    pub schema: u32,
    /// [`VERSION`].
    pub version: String,
    /// All classes, in the order of the outputs.
    pub classes: Vec<String>,
    /// The classes whose traces were looked for.
    pub forgotten: Vec<String>,
    /// The classes that the models should know.
    pub kept: Vec<String>,
    /// The classes that no model was trained on, where such were named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unused: Vec<String>,
    /// The device that did the work.
    #[serde(default)]
    pub device: DeviceName,
    /// Which images.
    pub data: DataSummary,
    /// How many of them were used.
    pub images: TestedImages,
    /// How much the audits could use.
    pub budget: Budget,
    /// Decided which images were used.
    pub seed: u64,
    /// Whether the codes were at hand.
    pub with_codes: bool,
    /// The models: before, bias shift, after, retrained.
    pub models: Vec<AuditedModel>,
    /// Models of the same roles and other training seeds, which only the audits of many
    /// models ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<AuditedModel>,
    /// What the audits say together, in a sentence.
    pub summary: String,
    /// What cannot be concluded and why, a sentence each.
    pub limits: Vec<String>,
    /// Images with the models' answers.
    pub samples: Vec<SampleRecord>,
    /// The audits.
    pub audits: Vec<AuditEntry>,
    /// The limits that were demanded.
    pub gates: Vec<AuditGateResult>,
    /// Whether all limits were kept.
    pub passed: bool,
}

/// A text that is no record of an audit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuditRecordError {
    /// A list is not of all models.
    #[error("{field}: expected an entry for each of {expected} models, found {found}")]
    Models {
        /// Which list.
        field: String,
        /// How many models there are.
        expected: usize,
        /// How many entries.
        found: usize,
    },
    /// An audit that was not made has something that only making it gives.
    #[error("{field}: expected none, for the audit was not made, found {found}")]
    Skipped {
        /// Which list.
        field: String,
        /// How many entries.
        found: usize,
    },
    /// It is of another version, or empty.
    #[error("expected models and classes in schema {SCHEMA}, found schema {found} or none")]
    Schema {
        /// The version.
        found: u32,
    },
}

/// A model that was audited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditedModel {
    /// What it is.
    pub role: Role,
    /// What it is called.
    pub name: String,
    /// Its file; none where it was made for the audit and not written.
    pub file: Option<String>,
    /// Digest of its weights.
    pub digest: Digest,
    /// Its architecture.
    pub architecture: Architecture,
    /// What its file says that it was made to forget.
    pub made_to_forget: Vec<String>,
    /// By such a class's name, the method that its file names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub forgotten_by: BTreeMap<String, String>,
    /// How it was trained, where that was done for the audit.
    pub training: Option<Map<String, Json>>,
}

/// How many images were used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestedImages {
    /// Training images that probes, neighbours and attackers draw from.
    pub train: usize,
    /// Test images of forgotten classes.
    pub test_forgotten: usize,
    /// Test images of kept classes.
    pub test_kept: usize,
    /// Training images of forgotten classes, for membership inference.
    pub members: usize,
    /// Test images of forgotten classes, for membership inference.
    pub non_members: usize,
}

impl AuditedModel {
    /// A model of an audit.
    pub fn new(
        subject: &Subject,
        file: Option<String>,
        training: Option<Map<String, Json>>,
    ) -> Self {
        let metadata = &subject.model.metadata;
        Self {
            role: subject.role,
            name: subject.name.clone(),
            file,
            digest: subject.model.digest(),
            architecture: metadata.architecture.clone(),
            made_to_forget: metadata.forgotten.clone(),
            forgotten_by: metadata.forgotten_by.clone(),
            training,
        }
    }
}

impl AuditRecord {
    /// What the audits found, held to the limits.
    pub fn new(
        context: &Context<'_>,
        device: DeviceName,
        data: DataSummary,
        models: Vec<AuditedModel>,
        audits: Vec<AuditEntry>,
        gates: &[AuditGate],
    ) -> Self {
        let names = context.before().model.metadata.classes.names();
        let named = |classes: &[usize]| -> Vec<String> {
            classes.iter().map(|class| names[*class].clone()).collect()
        };
        let roles: Vec<Role> = models.iter().map(|model| model.role).collect();
        let gates = gates.iter().map(|gate| gate.hold(&audits, &roles));
        let gates: Vec<AuditGateResult> = gates.collect();
        let test_forgotten = context.test.of_classes(&context.forgotten).len();
        let mut record = Self {
            schema: SCHEMA,
            version: VERSION.to_owned(),
            classes: names.to_vec(),
            forgotten: named(&context.forgotten),
            kept: named(&context.kept),
            unused: named(&context.unused_classes),
            device,
            data,
            images: TestedImages {
                train: context.train.len(),
                test_forgotten,
                test_kept: context.test.len() - test_forgotten,
                members: context.members[0].len(),
                non_members: context.members[1].len(),
            },
            budget: context.budget.clone(),
            seed: context.seed,
            with_codes: context.codes.is_some(),
            models,
            peers: Vec::new(),
            summary: String::new(),
            limits: Vec::new(),
            samples: SampleRecord::of(context),
            audits,
            passed: gates.iter().all(|gate| gate.passed),
            gates,
        };
        record.summary = record.summarise();
        record.limits = record.find_limits();
        record
    }

    /// Refuses a record, read from a file, whose lists are not of as many
    /// models: all else is plain numbers and texts.
    ///
    /// # Errors
    /// If one is longer or shorter, or an audit that was not made has figures or findings.
    pub fn check(&self) -> Result<(), AuditRecordError> {
        let models = self.models.len();
        if self.schema != SCHEMA || models == 0 || self.classes.is_empty() {
            return Err(AuditRecordError::Schema { found: self.schema });
        }
        let of_all = |field: String, found: usize| match found == models {
            true => Ok(()),
            false => Err(AuditRecordError::Models {
                field,
                expected: models,
                found,
            }),
        };
        for (place, sample) in self.samples.iter().enumerate() {
            of_all(format!("samples[{place}].answers"), sample.answers.len())?;
        }
        for audit in &self.audits {
            let name = format!("audit `{}`", audit.name);
            let of_audit = [
                ("figures", audit.figures.len()),
                ("findings", audit.findings.len()),
            ];
            if audit.skipped.is_some() {
                let mut lists = of_audit.into_iter();
                if let Some((list, found)) = lists.find(|(_, found)| *found > 0) {
                    let field = format!("{name}: {list}");
                    return Err(AuditRecordError::Skipped { field, found });
                }
                continue;
            }
            of_all(format!("{name}: findings"), audit.findings.len())?;
            for row in &audit.figures {
                let figure = format!("{name}: figure `{}`", row.key);
                of_all(format!("{figure}: estimates"), row.estimates.len())?;
                of_all(format!("{figure}: comparisons"), row.comparisons.len())?;
            }
        }
        Ok(())
    }

    /// The models' roles, in their order.
    pub fn roles(&self) -> Vec<Role> {
        self.models.iter().map(|model| model.role).collect()
    }

    /// How many retrained models there are.
    pub fn retrained(&self) -> usize {
        let roles = self.models.iter().map(|model| model.role);
        roles.filter(|role| *role == Role::Retrained).count()
    }

    /// Of the figures of traces of retrained models, each held to the others, how
    /// many are told apart, and of how many.
    pub fn false_alarms(&self) -> (usize, usize) {
        let rows = self.audits.iter().flat_map(|audit| &audit.figures);
        let rows = rows.filter(|row| row.about == About::Trace);
        let pairs = rows.flat_map(|row| row.comparisons.iter().zip(&self.models));
        let retrained = pairs.filter(|(_, model)| model.role == Role::Retrained);
        let verdicts = retrained.filter_map(|(comparison, _)| comparison.as_ref());
        let verdicts = verdicts.map(|comparison| comparison.verdict);
        let judged = verdicts.filter(|verdict| *verdict != Verdict::NoReference);
        judged.fold((0, 0), |(alarms, all), verdict| {
            (alarms + usize::from(verdict == Verdict::ToldApart), all + 1)
        })
    }
}
