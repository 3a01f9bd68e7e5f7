"""A tiny network with its images, losses and steps in NumPy float64: what the methods' golden values are made from.

conv1 3x3 (1 -> 3, padding 1, no bias), bn1, relu, global average, fc (3 -> classes); state by the fill rule. Images are 1x5x5,
pixel i is (37 i + 11 + 90 label) mod 256, i flat within all images, divided by 255; image k has the label k mod classes.
"""

import math

import numpy as np
import torch

from formulas import MOMENTUM, batch_norm_train, batch_norm_train_backward
from formulas import OPERATIONS
from mnemonic import CONV_STEPS, ConvNormLinear, inside
from rules import fill_rule, flat, reachable, same

BUFFERS = ("running_mean", "running_var", "num_batches_tracked")


def state_of(classes):
    return {n: fill_rule(k, n, list(t.shape)) for k, (n, t) in enumerate(ConvNormLinear(classes).state_dict().items())}


def images_of(count, classes):
    """Images [count, 1, 5, 5] as the network sees them, and their labels."""
    labels = np.arange(count) % classes
    pixels = (37 * np.arange(count * 25).reshape(count, 25) + 11 + 90 * labels[:, None]) % 256
    return (pixels.astype(np.float32) / np.float32(255)).astype(np.float64).reshape(count, 1, 5, 5), labels


def forward(state, x, statistics):
    """Logits, what the backward pass needs, and the buffers afterwards (moved where statistics are the batch's)."""
    inputs, buffers = [], {}
    for operation, prefix, c in CONV_STEPS:
        inputs.append(x)
        p = inside(state, prefix)
        if operation == "batch_norm" and statistics == "batch":
            x, moved = batch_norm_train(x, p, {**c, "momentum": MOMENTUM})
            buffers = {f"{prefix}.{n}": moved[n] for n in BUFFERS[:2]} | {f"{prefix}.{BUFFERS[2]}": p[BUFFERS[2]] + 1}
        else:
            x = OPERATIONS[operation][0](x, p, c)
    return x, inputs, {**state, **buffers}


def backward(state, inputs, d, statistics):
    """Gradient of every trained parameter and of the input, from that of the logits."""
    gradients = {}
    for (operation, prefix, c), x in zip(reversed(CONV_STEPS), reversed(inputs)):
        rule = batch_norm_train_backward if operation == "batch_norm" and statistics == "batch" else OPERATIONS[operation][1]
        d, of_step = rule(x, inside(state, prefix), c, d)
        gradients |= {f"{prefix}.{n}": g for n, g in of_step.items()}
    return {n: gradients[n] for n in state if n in gradients}, d


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def cross_entropy_gradient(z, labels):
    """Of the mean over the batch: (softmax - one-hot) / batch."""
    return (softmax(z) - np.eye(z.shape[1])[labels]) / len(labels)


def clipped(gradients, most):
    """All gradients together no longer than `most`."""
    norm = math.sqrt(sum((g**2).sum() for g in gradients.values()))
    return {n: g * min(1.0, most / norm) for n, g in gradients.items()}


def sgd(state, gradients, velocity, rate, momentum=0.0, decay=0.0):
    """g += decay w; v = momentum v + g; w -= rate v. The velocity is changed in place."""
    for n, g in gradients.items():
        velocity[n] = momentum * velocity.get(n, 0.0) + g + decay * state[n]
    return {**state, **{n: state[n] - rate * velocity[n] for n in gradients}}


def torch_network(state, classes, dtype, statistics):
    network = ConvNormLinear(classes).to(dtype)
    network.load_state_dict({n: torch.tensor(v, dtype=dtype) for n, v in state.items()})
    return network.train(statistics == "batch")


def against_torch(name, ours, theirs, dtype, tolerance):
    """The state afterwards: float64 equal, float32 within a third of the tolerance."""
    for n, t in theirs.items():
        if dtype == torch.float64:
            same(f"{name} {n}", np.asarray(ours[n]), t.detach().numpy())
        else:
            reachable(f"{name} {n}", np.asarray(ours[n]), t.detach().numpy(), tolerance)


def case(method, settings, images, classes, forgotten, state):
    """What the Rust test reads: it runs the method by name and compares every parameter."""
    return {"method": method, "settings": settings, "images": images, "classes": classes, "forgotten": forgotten,
            "state_after": {n: flat(v) for n, v in state.items()}}
