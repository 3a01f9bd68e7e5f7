//! What is found out beforehand, and a request that knows it.

use serde_json::Map;
use unlearn::checkpoint::OutputFile;
use unlearn::enrol::{Enrolment, PartialEnrolment};
use unlearn::network::DeviceName;

use super::forgetting::{assert_same_outcome, forget, model, trained, whole_network};
use super::present::devices;

/// Enrolled in two parts, joined, written and read: by the device itself, and by
/// main memory, which may be that of another machine.
#[test]
fn an_enrolled_model_forgets_as_one_in_main_memory_that_is_not() {
    let flex = model(&DeviceName::Flex.open().unwrap());
    let whole = forget(&flex, "mnemonic", whole_network(), None);
    let default = forget(&flex, "mnemonic", Map::new(), None);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e");
    for present in devices() {
        let here = model(&present.device);
        let [mut first, second] = ["1/2", "2/2"].map(|shard| {
            let shard = shard.parse().unwrap();
            PartialEnrolment::new(&here, &trained().1, shard, |_| {}).unwrap()
        });
        first.join(second).unwrap();
        let mut file = OutputFile::claim(&path, true).unwrap();
        first.finish(&here).unwrap().fill(&here, &mut file).unwrap();
        file.finish().unwrap();
        for (asked, model) in [("itself", &here), ("main memory", &flex)] {
            let enrolment = Enrolment::open(&path, model).unwrap();
            let what = format!("enrolled on {}, asked of {asked}", present.name);
            let found = forget(model, "mnemonic", whole_network(), Some(&enrolment));
            assert_eq!(found.backward_passes, 2, "{what}");
            assert_same_outcome(&what, &found, &whole);
            let found = forget(model, "mnemonic", Map::new(), Some(&enrolment));
            assert_same_outcome(&what, &found, &default);
        }
    }
}
