//! A small experiment.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use unlearn::enrol::Shard;
use unlearn::network::DeviceName;
use unlearn::train::Flow;
use unlearn_compare::{CompareError, Experiment, Plan, records, run};
use unlearn_report::CellRecord;

/// Two originals, two seeds, two sets of classes, five rows.
pub const TEXT: &str = r#"title = "Small"
seeds = [1, 2]
validation = 0.2

[[original]]
name = "shapes"
data = "shapes"
reading = { limit_per_class = 10 }
network = { name = "cnn", width = 4 }
training = { epochs = 3, batch_size = 20 }
vary = { mix = [0.1, 0.3] }
forget = ["ring", ["star", 6]]

[[method]]
method = "mnemonic"

[[method]]
method = "gradient-ascent"
name = "ascent"
settings = { epochs = 2, batch_size = 8 }
search = { learning_rate = [0.001, 0.03] }
"#;

/// An experiment file in a folder of its own.
pub struct Written {
    pub folder: TempDir,
}

impl Written {
    pub fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("e.toml"), text).unwrap();
        Self { folder }
    }

    pub fn plan(&self) -> Result<Plan, CompareError> {
        let experiment = Experiment::read(&self.folder.path().join("e.toml"))?;
        Plan::new(&experiment, self.folder.path(), DeviceName::Flex)
    }

    pub fn out(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Does a share without being watched.
pub fn do_share(plan: &Plan, out: &Path, shard: &str) {
    let shard: Shard = shard.parse().unwrap();
    run(plan, out, shard, NonZeroUsize::MIN, &|_| Flow::Continue).unwrap();
}

/// What came of an experiment, without seconds.
pub fn results(plan: &Plan, out: &Path) -> Vec<CellRecord> {
    let records = records(plan, out).unwrap().into_iter();
    let timeless = records.map(|mut record| {
        record.result = record.result.without_seconds();
        record
    });
    timeless.collect()
}
