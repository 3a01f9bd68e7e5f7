//! Networks of shards that vote (Bourtoule et al., "Machine Unlearning", 2021).

use crate::network::op::Vote;
use crate::network::{Graph, GraphBuilder, NetworkError};

/// So many networks `members.0`, `members.1`, ... over one input, and their vote.
pub(super) fn build(
    input_shape: &[usize],
    member: &Graph,
    shards: usize,
    vote: Vote,
) -> Result<Graph, NetworkError> {
    let (mut builder, input) = GraphBuilder::new(input_shape);
    let members = (0..shards)
        .map(|shard| builder.embed(&format!("members.{shard}"), member, input))
        .collect::<Result<Vec<_>, _>>()?;
    builder.apply(vote, &members)?;
    Ok(builder.finish())
}
