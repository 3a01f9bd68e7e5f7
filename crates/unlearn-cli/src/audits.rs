//! Making audits one after the other, with what was found kept.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use unlearn::audit::{AUDITS, Audit, Context, Finding, Subject};
use unlearn::checkpoint::OutputFile;
use unlearn::data::{Digest, Hasher};
use unlearn::network::DeviceName;
use unlearn_report::{AuditEntry, VERSION};

use crate::interrupt::Interrupt;
use crate::progress::AuditBar;

/// Audits and where their findings are kept.
pub struct Audits<'a> {
    /// What they have at hand.
    pub context: &'a Context<'a>,
    /// The images' digest.
    pub data: Digest,
    /// Where the models lie.
    pub device: DeviceName,
    /// Where every finding is written and looked for, if anywhere.
    pub kept_in: Option<&'a Path>,
    /// The names of those that are made; all where none is named.
    pub only: &'a [String],
    /// Asks to stop.
    pub interrupt: &'a Interrupt,
}

/// Counts changes of what audits find within one version of the program: findings made
/// before such a change are made anew. 1: attackers shorten their gradients. 2: differences are
/// paired, membership is judged either way, relearning by the fastest attack, landing and likeness by the mean
/// over retrained models. 3: attackers' gradients round as in training.
const REVISION: u32 = 3;

/// A finding on disk.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    seconds: f64,
    finding: Finding,
}

impl Audits<'_> {
    /// Makes all audits; none if the user asked to stop.
    ///
    /// # Errors
    /// If a finding cannot be kept.
    pub fn run(&self) -> anyhow::Result<Option<Vec<AuditEntry>>> {
        let (context, subjects) = (self.context, self.context.subjects);
        let possible = AUDITS
            .iter()
            .filter(|audit| self.obstacle(**audit).is_none());
        let steps = possible.map(|audit| audit.cost(&context.budget));
        let bar = AuditBar::new(steps.sum::<usize>() * subjects.len());
        let mut entries = Vec::with_capacity(AUDITS.len());
        for &audit in AUDITS {
            if let Some(reason) = self.obstacle(audit) {
                entries.push(AuditEntry::skipped(audit, reason));
                continue;
            }
            let mut findings = Vec::with_capacity(subjects.len());
            let mut seconds = 0.0;
            for subject in subjects {
                if self.interrupt.is_asked() {
                    return Ok(None);
                }
                bar.begin(audit.title(), &subject.name);
                let kept = self.one(audit, subject, &bar)?;
                seconds += kept.seconds;
                findings.push(kept.finding);
            }
            audit.compare(context, &mut findings);
            entries.push(AuditEntry::new(audit, subjects, findings, seconds));
        }
        Ok(Some(entries))
    }

    /// Why an audit is not made, if it is not.
    fn obstacle(&self, audit: &dyn Audit) -> Option<&'static str> {
        let is_named = self.only.iter().any(|name| name == audit.name());
        match self.only.is_empty() || is_named {
            true => audit.obstacle(self.context),
            false => Some("It was not asked for (--only)."),
        }
    }

    /// One finding, read back where it was kept.
    fn one(&self, audit: &dyn Audit, subject: &Subject, bar: &AuditBar) -> anyhow::Result<Kept> {
        let steps = audit.cost(&self.context.budget);
        let place = self
            .kept_in
            .map(|folder| self.place(folder, audit, subject));
        if let Some(kept) = place.as_deref().and_then(read) {
            bar.spared(steps);
            return Ok(kept);
        }
        let start = Instant::now();
        let finding = audit.measure(self.context, subject);
        let kept = Kept {
            seconds: start.elapsed().as_secs_f64(),
            finding,
        };
        if let Some(place) = place {
            let text = serde_json::to_vec(&kept).context("a finding cannot be written as JSON")?;
            OutputFile::claim(&place, true)?.write(&text)?;
        }
        bar.done(steps);
        Ok(kept)
    }

    /// The file of a finding: its name says of what it was made.
    fn place(&self, folder: &Path, audit: &dyn Audit, subject: &Subject) -> PathBuf {
        let context = self.context;
        let mut hasher = Hasher::new();
        let mut add = |bytes: &[u8]| {
            hasher.field(bytes);
        };
        add(VERSION.as_bytes());
        add(&REVISION.to_le_bytes());
        add(self.device.to_string().as_bytes());
        add(audit.name().as_bytes());
        add(self.data.as_bytes());
        add(&context.seed.to_le_bytes());
        add(format!("{:?}", context.budget).as_bytes());
        let classes = (&context.forgotten, &context.kept, &context.unused_classes);
        add(format!("{classes:?}").as_bytes());
        add(context
            .codes
            .map_or([0; 32], |codes| *codes.digest().as_bytes())
            .as_slice());
        let all = context.subjects.iter().chain(context.peers);
        let all = all.filter(|_| audit.is_relative());
        for subject in [context.before(), subject].into_iter().chain(all) {
            add(subject.model.digest().as_bytes());
            add(format!(
                "{:?} {:?}",
                subject.role, subject.model.metadata.normalization
            )
            .as_bytes());
        }
        let digest = hasher.finish().to_string();
        let digest = digest.trim_start_matches("sha256:");
        folder.join(format!("{}-{}.json", audit.name(), &digest[..24]))
    }
}

/// A finding that was kept; none where there is none, or one that is damaged,
/// which is then made anew.
fn read(place: &Path) -> Option<Kept> {
    let text = std::fs::read(place).ok()?;
    serde_json::from_slice(&text).ok()
}
