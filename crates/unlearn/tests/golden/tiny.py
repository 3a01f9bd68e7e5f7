"""A tiny network with its images, losses and steps in NumPy float64: what the methods' golden values are made from.

conv1 3x3 (1 -> 3, padding 1, no bias), bn1, relu, global average, fc (3 -> classes); state by the fill rule. Images are 1x5x5,
pixel i is (37 i + 11 + 90 label) mod 256, i flat within all images, divided by 255; image k has the label k mod classes.
"""

import math

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from formulas import MOMENTUM, OPERATIONS, batch_norm_train, batch_norm_train_backward
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


def step_gradient(state, parts, statistics):
    """The sum of weight times gradient of the mean cross-entropy of each part; buffers move in their order."""
    total = {}
    for weight, x, labels in parts:
        z, inputs, state = forward(state, x, statistics)
        gradients, _ = backward(state, inputs, weight * cross_entropy_gradient(z, labels), statistics)
        total = {n: total.get(n, 0.0) + g for n, g in gradients.items()}
    return total, state


def tune(settings, parts, classes, moves=lambda name: True, start=None):
    """The state after `epochs` steps of SGD on the weighted sum of the parts, each a mean over its batch (weight, x, labels)."""
    start = state = start or state_of(classes)
    velocity = {}
    for _ in range(settings["epochs"]):
        gradients, moved = step_gradient(state, parts, settings["statistics"])
        gradients, state = {n: g for n, g in gradients.items() if moves(n)}, {n: moved[n] if moves(n) else v for n, v in state.items()}
        gradients = {n: g + settings["pull"] * (state[n] - start[n]) for n, g in gradients.items()}
        if settings["clip_norm"] is not None:
            gradients = clipped(gradients, settings["clip_norm"])
        state = sgd(state, gradients, velocity, settings["learning_rate"], settings["momentum"], settings["weight_decay"])
    return state


def tune_torch(settings, parts, classes, dtype, moves=lambda name: True, start=None):
    """The same by torch's autograd and optimizer."""
    network = torch_network(start or state_of(classes), classes, dtype, settings["statistics"])
    for n, p in network.named_parameters():
        p.requires_grad_(moves(n))
    trained = [p for p in network.parameters() if p.requires_grad]
    start = [p.detach().clone() for p in trained]
    optimizer = torch.optim.SGD(trained, settings["learning_rate"], settings["momentum"], weight_decay=settings["weight_decay"])
    for _ in range(settings["epochs"]):
        optimizer.zero_grad()
        for weight, x, labels in parts:
            (weight * cross_entropy(network(torch.tensor(x, dtype=dtype)), torch.tensor(labels))).backward()
        for p, s in zip(trained, start):
            p.grad += settings["pull"] * (p.detach() - s)
        if settings["clip_norm"] is not None:
            # Written out: torch's own clipping adds 1e-6 to the norm.
            norm = torch.stack([p.grad.norm() for p in trained]).norm()
            for p in trained:
                p.grad *= min(1.0, settings["clip_norm"] / norm.item())
        optimizer.step()
    return network.state_dict()


def tuned(method, settings, parts, images, classes, forgotten, tolerance, moves=lambda name: True):
    """The case of a method that tunes, held to torch; running statistics of what may not move are torch's own business."""
    state = tune(settings, parts, classes, moves)
    for dtype in (torch.float64, torch.float32):
        theirs = tune_torch(settings, parts, classes, dtype, moves)
        against_torch(method, state, {n: t for n, t in theirs.items() if moves(n)}, dtype, tolerance)
    return case(method, settings, images, classes, forgotten, state)


PLAIN = {"epochs": 1, "optimizer": "sgd", "learning_rate": 0.5, "momentum": 0.0, "weight_decay": 0.0, "statistics": "running", "clip_norm": None, "pull": 0.0}
FULL = {"epochs": 3, "optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.01, "statistics": "batch", "clip_norm": 0.05, "pull": 0.2}
