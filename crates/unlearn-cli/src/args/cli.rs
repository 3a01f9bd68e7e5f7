//! The command and its subcommands.

use clap::{Parser, Subcommand};

use super::{
    AuditArgs, CompareArgs, DemoArgs, EnrolArgs, EvaluateArgs, ForgetArgs, InspectArgs, MergeArgs,
    MethodsArgs, ReportArgs, TrainArgs,
};

/// Train an image classifier with mnemonic codes, make it forget whole classes
/// in one shot, and measure what came of it.
///
/// Results go to stdout, talk and progress to stderr. Exit code: 0 done, 1 not
/// achieved (interrupted, diverged, a result that did not pass), 2 bad input.
#[derive(Debug, Parser)]
#[command(name = "unlearn", version, after_help = EXAMPLE)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLE: &str = "\
Example, from nothing to a model that forgot:
  unlearn demo

Your own images, in folders train/<class>/ and test/<class>/:
  unlearn train --data photos --architecture resnet18 --out m.safetensors --codes c.safetensors
  unlearn forget m.safetensors --codes c.safetensors --class cat --out m2.safetensors
  unlearn evaluate m2.safetensors --data photos --forgotten cat
  unlearn audit --before m.safetensors --after m2.safetensors --data photos --forgotten cat --out audit

All processors are used; RAYON_NUM_THREADS=1 in the environment limits training,
forgetting and evaluation to one thread. The number of threads changes no result
on the device flex.";

/// The subcommands; their arguments' documentation is their help.
#[derive(Debug, Subcommand)]
pub enum Command {
    Demo(DemoArgs),
    Train(Box<TrainArgs>),
    Enrol(EnrolArgs),
    Merge(MergeArgs),
    Forget(Box<ForgetArgs>),
    Methods(MethodsArgs),
    Evaluate(EvaluateArgs),
    Compare(CompareArgs),
    Audit(Box<AuditArgs>),
    Report(ReportArgs),
    Inspect(InspectArgs),
}

impl Command {
    /// Whether it asks for the same memory over and over, as training does. The others, a request to
    /// forget one class by its code above all, are over before memory that they gave back is
    /// needed again.
    pub fn repeats_itself(&self) -> bool {
        match self {
            Self::Demo(_) | Self::Train(_) | Self::Compare(_) | Self::Audit(_) => true,
            Self::Evaluate(_) | Self::Enrol(_) => true,
            Self::Forget(args) => args.data.is_some() || args.classes.len() > 1,
            Self::Merge(_) | Self::Methods(_) | Self::Report(_) | Self::Inspect(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn arguments_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}
