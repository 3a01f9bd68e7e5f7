//! Networks cut in two, and models asked together.

use serde_json::Map;
use unlearn::audit::{confusions, evaluate};
use unlearn::code::{CodeKind, Codebook};
use unlearn::data::ClassNames;
use unlearn::forget::{Job, Request, method};
use unlearn::network::{Activation, Architecture, Device, Network};

use super::small;

#[test]
fn features_then_head_give_the_bits_of_the_whole() {
    let mlp = Architecture::Mlp {
        hidden: vec![20, 10],
        activation: Activation::Relu,
    };
    let device = Device::flex();
    for architecture in [
        mlp,
        Architecture::Cnn { width: 4 },
        Architecture::Resnet18 { width: 4 },
    ] {
        let shape = [3, 16, 16];
        let graph = architecture.build(&shape, 6).unwrap();
        let network = Network::initialize(graph, 9, &device);
        let codes = Codebook::draw(2, CodeKind::Normal, 1, ClassNames::numbered(6), shape);
        let batch = codes.batch(&[0, 3, 5], &device);
        let [body, head] = network.split().unwrap();
        let whole = network.forward(batch.clone());
        let parts = head.forward(body.forward(batch));
        assert_eq!(whole.to_vec(), parts.to_vec(), "{architecture:?}");
        let count = body.parameters().len() + head.parameters().len();
        assert_eq!(count, network.parameters().len());
        assert_eq!(head.graph().classifier(), 0..2);
    }
}

#[test]
fn models_asked_together_answer_as_they_do_alone() {
    let (model, codes) = small::trained();
    let request = Request::new(&model, &["ring"]).unwrap();
    let job = Job::new(&model, &codes, &request).unwrap();
    let forgotten = job
        .run(method("mnemonic", Map::new()).unwrap().as_ref())
        .unwrap();
    let (other, _) = small::untrained(10);
    let data = small::data();
    // The first and the last share their features, the one between does not.
    let models = [&model, &other, &forgotten.model];
    let together = confusions(&models, &data.test, |_| {});
    for (model, together) in models.iter().zip(together) {
        assert_eq!(evaluate(model, &data.test, &[], |_| {}).confusion, together);
    }
}
