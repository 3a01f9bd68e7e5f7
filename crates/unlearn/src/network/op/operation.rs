//! What every operation can do.

use std::fmt::Debug;
use std::sync::Arc;

use burn::tensor::{Int, Tensor};
use rand_chacha::ChaCha8Rng;

use crate::network::{ParameterSpec, ShapeError, Value};

/// Whether a pass through the network trains it, tunes it or only asks it.
#[derive(Debug)]
pub enum Mode<'a> {
    /// Running statistics, no dropout: the network as a user meets it.
    Inference,
    /// The same, for the gradient of a whole batch: as in training, rounding may depend on which samples are in
    /// it, which is quicker.
    Tuning,
    /// Batch statistics and dropout, whose coins come from the stream.
    Training(&'a mut ChaCha8Rng),
}

/// What a forward pass keeps for the backward pass.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    /// Tensors in the order that the operation chose.
    pub values: Vec<Value>,
    /// Positions, where the operation selects elements (max-pooling).
    pub positions: Option<Tensor<4, Int>>,
    /// Whether the samples of the batch saw each other (batch statistics).
    pub batch_statistics: bool,
    /// Whether the pass trained or tuned the network.
    pub is_training: bool,
}

impl Saved {
    /// Keeps tensors.
    pub fn values<const N: usize>(values: [Value; N]) -> Self {
        Self {
            values: values.into(),
            ..Self::default()
        }
    }
}

/// The result of a forward pass through one operation.
#[derive(Debug)]
pub struct Forward {
    /// The output, the batch on its first axis.
    pub output: Value,
    /// What [`Operation::backward`] needs.
    pub saved: Saved,
    /// New values of buffers: (index into the operation's parameters, value).
    pub buffers: Vec<(usize, Value)>,
}

impl Forward {
    /// An output that changes no buffer.
    pub fn new(output: Value, saved: Saved) -> Self {
        Self {
            output,
            saved,
            buffers: Vec::new(),
        }
    }
}

/// Which gradients a backward pass must give.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Per input of the operation.
    pub inputs: &'a [bool],
    /// Those of the parameters.
    pub parameters: bool,
}

/// The gradients of one operation; `None` where not wanted or not defined.
#[derive(Debug, Default)]
pub struct OperationGradients {
    /// Per input of the operation.
    pub inputs: Vec<Option<Value>>,
    /// Per parameter of the operation.
    pub parameters: Vec<Option<Value>>,
}

impl OperationGradients {
    /// The gradients of an operation with one input and no parameters.
    pub fn of_input(gradient: Value) -> Self {
        Self {
            inputs: vec![Some(gradient)],
            parameters: Vec::new(),
        }
    }
}

/// An operation over values and named parameters.
///
/// Shapes in [`Operation::output_shape`] are those of one sample; in all other
/// places the batch is the first axis. With `L` the loss, "gradient" means
/// dL/d(value), of the shape of the value.
pub trait Operation: Debug + Send + Sync {
    /// The name of the operation, for messages (`conv2d`).
    fn kind(&self) -> &'static str;

    /// The parameters that it needs, in PyTorch's order.
    fn parameters(&self) -> Vec<ParameterSpec> {
        Vec::new()
    }

    /// The shape of the output for one sample.
    ///
    /// # Errors
    /// If the operation cannot take inputs of these shapes.
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, ShapeError>;

    /// Runs the operation on a batch.
    fn forward(&self, inputs: Vec<Value>, parameters: &[Value], mode: &mut Mode<'_>) -> Forward;

    /// The gradients of inputs and parameters, given that of the output.
    fn backward(
        &self,
        saved: &Saved,
        parameters: &[Value],
        gradient: Value,
        wanted: Wanted<'_>,
    ) -> OperationGradients;

    /// For each parameter, the sum over the batch of the squared gradient of
    /// each sample, `sum_b (dL_b/dw)^2`, exactly: the diagonal Fisher of a
    /// whole batch in one pass. Valid after a forward in inference mode, in
    /// which no sample sees another. `gradient` holds dL_b/d(output_b).
    fn squared_gradients(
        &self,
        _saved: &Saved,
        _parameters: &[Value],
        _gradient: &Value,
    ) -> Vec<Option<Value>> {
        Vec::new()
    }

    /// For a layer whose output is linear in its weight `[outputs, ..]`: per sample the mean over
    /// positions of what the weight of an output is multiplied by, `[batch, numbers of an output's
    /// weight]`, so that the mean output is the weight times it, plus the bias. `None` for every
    /// other operation.
    fn mean_inputs(&self, _input: &Value) -> Option<Value> {
        None
    }

    /// Such a layer with another number of outputs. `None` for every other operation.
    fn with_outputs(&self, _outputs: usize) -> Option<Arc<dyn Operation>> {
        None
    }
}
