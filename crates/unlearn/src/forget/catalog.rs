//! Every method by name.

use serde_json::{Map, Value as Json};

use super::baseline::{
    Arcane, BadTeacher, BiasShift, BoundaryExpand, BoundaryShrink, CertifiedRemoval, CfK, ErmKtp,
    ErrorNoise, FastMu, FineTune, GatedTransfer, GradientAscent, JiT, Lfssd, Lwsf, NegGradPlus,
    NtkF, RandomLabel, Retrain, SalUn, Scrub, Sfdn, Sisa, Ssd, ZeroUnit,
};
use super::mnemonic::{MnemonicWithImages, PermutedEta};
use super::transplant::Transplant;
use super::{Algorithm, ForgetError, Method, Mnemonic, Need};

/// A method that can be chosen by name.
#[derive(Clone, Copy, Debug)]
pub struct CatalogEntry {
    /// The name.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// What it needs beside the model; a job checks it before the method starts.
    pub needs: &'static [Need],
    /// All its settings with their defaults.
    pub defaults: fn() -> Map<String, Json>,
    /// Makes it from its settings.
    pub build: fn(Map<String, Json>) -> Built,
}

/// A method, or what is wrong with its settings.
type Built = Result<Box<dyn Method>, ForgetError>;

/// All methods: ours, those of others, and controls, which forget nothing inside.
pub const CATALOG: &[CatalogEntry] = &[
    Mnemonic::ENTRY,
    MnemonicWithImages::ENTRY,
    Transplant::ENTRY,
    Retrain::ENTRY,
    FineTune::ENTRY,
    CfK::ENTRY,
    GradientAscent::ENTRY,
    NegGradPlus::ENTRY,
    RandomLabel::ENTRY,
    FastMu::ENTRY,
    Ssd::ENTRY,
    Sfdn::ENTRY,
    Lfssd::ENTRY,
    Lwsf::ENTRY,
    ErrorNoise::ENTRY,
    GatedTransfer::ENTRY,
    NtkF::ENTRY,
    CertifiedRemoval::ENTRY,
    ErmKtp::ENTRY,
    BadTeacher::ENTRY,
    Scrub::ENTRY,
    SalUn::ENTRY,
    BoundaryShrink::ENTRY,
    BoundaryExpand::ENTRY,
    JiT::ENTRY,
    Sisa::ENTRY,
    Arcane::ENTRY,
    BiasShift::ENTRY,
    ZeroUnit::ENTRY,
    PermutedEta::ENTRY,
];

/// The method of a name, with its settings; those left out take their defaults.
///
/// # Errors
/// If there is no such method, or a setting is unknown or out of range.
pub fn method(name: &str, settings: Map<String, Json>) -> Built {
    let entry = CATALOG.iter().find(|entry| entry.name == name);
    match entry {
        Some(entry) => (entry.build)(settings),
        None => Err(ForgetError::UnknownMethod {
            name: name.into(),
            known: CATALOG
                .iter()
                .map(|entry| entry.name)
                .collect::<Vec<_>>()
                .join(", "),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(name: &str, settings: Json) -> Result<Box<dyn Method>, ForgetError> {
        let Json::Object(settings) = settings else {
            panic!("settings are an object")
        };
        method(name, settings)
    }

    #[test]
    fn names_lead_to_methods_of_that_name() {
        for entry in CATALOG {
            assert_eq!(with(entry.name, json!({})).unwrap().name(), entry.name);
        }
    }

    #[test]
    fn unknown_names_and_settings_are_refused_with_what_is_known() {
        let message = |name, settings| with(name, settings).err().unwrap().to_string();
        assert!(message("magic", json!({})).contains("mnemonic"));
        assert!(message("mnemonic", json!({"lamda1": 1.0})).contains("lambda1"));
        assert!(message("mnemonic", json!({"lambda1": -1.0})).contains("-1"));
    }
}
