//! The list of all audits.

use super::Audit;
use super::alignment::Alignment;
use super::answers::Answers;
use super::code_decoding::CodeDecoding;
use super::code_replay::CodeReplay;
use super::distance::Distance;
use super::kept_only::KeptOnly;
use super::klom::Klom;
use super::landing::Landing;
use super::membership::Membership;
use super::neighbours::Neighbours;
use super::probe::Probe;
use super::prototype::Prototype;
use super::relearning::Relearning;
use super::trigger::Trigger;
use super::ulira::Ulira;
use super::unused::UnusedClass;

/// All audits, in the order in which they are made and shown.
pub const AUDITS: &[&dyn Audit] = &[
    &Answers,
    &Landing,
    &Relearning,
    &KeptOnly,
    &Prototype,
    &CodeReplay,
    &Probe,
    &Neighbours,
    &Alignment,
    &Membership,
    &Ulira,
    &Klom,
    &UnusedClass,
    &CodeDecoding,
    &Trigger,
    &Distance,
];
