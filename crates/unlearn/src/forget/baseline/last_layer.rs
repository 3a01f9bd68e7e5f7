//! A network as features and a linear classifier.

use crate::forget::ForgetError;
use crate::network::{Device, Network, Value};
use crate::tune::Batch;

/// A network cut before its classifier layer, for methods that are exact for
/// linear models: all before it is taken as given.
pub struct LastLayer {
    body: Network,
    head: Network,
    /// Features that the classifier layer reads.
    pub width: usize,
    /// Whether it adds a bias.
    pub has_bias: bool,
}

impl LastLayer {
    /// Cuts a network.
    ///
    /// # Errors
    /// If its logits are no linear function of features.
    pub fn of(method: &'static str, network: &Network) -> Result<Self, ForgetError> {
        let classes = network.class_count();
        let split = network.split();
        let linear = split.filter(|[body, head]| {
            let width: usize = body.graph().output_shape().iter().product();
            let weight = head.parameters().first();
            let is_matrix = weight.is_some_and(|weight| weight.value.shape() == [classes, width]);
            head.graph().nodes().len() == 1 && is_matrix
        });
        let Some([body, head]) = linear else {
            return Err(ForgetError::Setting {
                method,
                reason: "expected a network that ends in one linear layer, found another".into(),
            });
        };
        Ok(Self {
            width: body.graph().output_shape().iter().product(),
            has_bias: head.parameters().len() > 1,
            body,
            head,
        })
    }

    /// Where it is computed.
    pub fn device(&self) -> &Device {
        self.body.device()
    }

    /// The features of a batch, `[batch, width]`, and its logits.
    pub fn run(&self, batch: &Batch) -> (Value, Value) {
        let features = self.body.forward(batch.inputs.clone());
        let logits = self.head.forward(features.clone());
        (features.reshaped(&[batch.len(), self.width]), logits)
    }
}
