//! The two forms of the Fisher diagonal.

use unlearn::code::{CodeKind, Codebook};
use unlearn::data::ClassNames;
use unlearn::fisher::{fisher_batched, fisher_sequential};
use unlearn::network::{Activation, Architecture, DeviceName, Network};

use super::close::assert_close;
use super::present::devices;

#[test]
fn batched_is_sequential_and_both_are_as_in_main_memory() {
    let mlp = Architecture::Mlp {
        hidden: vec![20, 10],
        activation: Activation::Sigmoid,
    };
    let flex = DeviceName::Flex.open().unwrap();
    for architecture in [
        mlp,
        Architecture::Cnn { width: 4 },
        Architecture::Resnet18 { width: 4 },
    ] {
        let (shape, labels) = ([3, 16, 16], [0, 1, 2, 3, 4, 5]);
        let codes = Codebook::draw(2, CodeKind::Normal, 1, ClassNames::numbered(6), shape);
        let run = |device: &_| {
            let graph = architecture.build(&shape, 6).unwrap();
            let network = Network::initialize(graph, 9, device);
            let batch = codes.batch(&labels, device);
            let of = [fisher_sequential, fisher_batched];
            let of = of.map(|form| form(&network, &batch, &labels));
            let parameters = network.parameters().iter().enumerate();
            let rows = parameters.filter_map(|(index, parameter)| {
                let [sequential, batched] = of.each_ref().map(|fisher| fisher.values(index));
                let single = |values: Vec<f64>| values.iter().map(|value| *value as f32).collect();
                let rows: [Vec<f32>; 2] = [single(sequential?), single(batched?)];
                Some((parameter.name.clone(), rows))
            });
            rows.collect::<Vec<_>>()
        };
        let expected = run(&flex);
        for present in devices() {
            let found = run(&present.device);
            assert_eq!(found.len(), expected.len());
            for ((name, [sequential, batched]), (_, [expected, _])) in found.iter().zip(&expected) {
                let what = format!("{}, {architecture:?}: {name}", present.name);
                assert_close(&format!("{what}, batched"), batched, sequential, 2e-5);
                assert_close(&what, sequential, expected, 2e-4);
            }
        }
    }
}
