//! Arguments of `methods`.

use clap::Args;

/// List the methods of `forget`: what each does and needs, and where it comes from.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLE)]
pub struct MethodsArgs {
    /// Print one JSON object instead of a table: with all settings and their
    /// defaults.
    #[arg(long)]
    pub json: bool,
}

const EXAMPLE: &str = "\
Example:
  unlearn methods";
