//! What stands beside the mnemonic perturbation.

use super::small;
use serde_json::{Map, json};
use unlearn::forget::{Job, Request, method};
use unlearn::network::Network;

/// Per tensor, how far its elements moved, the least first.
fn sorted_moves(before: &Network, after: &Network) -> Vec<Vec<f32>> {
    let pairs = before.parameters().iter().zip(after.parameters());
    let moves = pairs.map(|(before, after)| {
        let (old, new) = (before.value.to_vec(), after.value.to_vec());
        let pairs = old.iter().zip(&new);
        let mut moves: Vec<f32> = pairs.map(|(old, new)| (new - old).abs()).collect();
        moves.sort_by(f32::total_cmp);
        moves
    });
    moves.collect()
}

#[test]
fn permuted_eta_moves_as_far_elsewhere() {
    let (model, codes) = small::trained();
    let request = Request::new(&model, &["ring", "star"]).unwrap();
    let job = Job::new(&model, &codes, &request).unwrap();
    for scope in ["all", "classifier", "output", "features"] {
        let [ours, permuted] = ["mnemonic", "permuted-eta"].map(|name| {
            let settings = [("lambda2", json!(0.5)), ("scope", json!(scope))];
            let settings = settings.map(|(name, value)| (name.to_owned(), value));
            let method = method(name, Map::from_iter(settings)).unwrap();
            job.run(method.as_ref()).unwrap().model
        });
        assert_ne!(ours.digest(), permuted.digest(), "{scope}");
        let [ours, permuted] =
            [&ours, &permuted].map(|after| sorted_moves(&model.network, &after.network));
        for (ours, permuted) in ours.iter().zip(&permuted) {
            for (one, other) in ours.iter().zip(permuted) {
                // Up to the rounding of weights of about 1.
                assert!((one - other).abs() < 1e-6, "{scope}: {one} {other}");
            }
        }
    }
}
