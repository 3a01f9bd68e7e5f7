"""SSD: where I_F > alpha I_D, w <- w min(1, lambda I_D / I_F); I squares batch means, or sample by sample."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from tiny import BUFFERS, against_torch, backward, case, cross_entropy_gradient, forward, images_of, state_of, torch_network

METHOD, IMAGES, CLASSES, TOLERANCE = "ssd", 12, 4, 1e-5


def batches_of(x, labels, order, size):
    """In the order given: class after class."""
    places = np.concatenate([np.flatnonzero(labels == c) for c in order])
    return [(x[places[i : i + size]], labels[places[i : i + size]]) for i in range(0, len(places), size)]


def squared(gradient):
    return gradient**2


def importance(batches, logits_gradient, of):
    state, total = state_of(CLASSES), {}
    for x, labels in batches:
        z, inputs, _ = forward(state, x, "running")
        gradients, _ = backward(state, inputs, logits_gradient(z, labels), "running")
        total = {n: total.get(n, 0.0) + of(g) / len(batches) for n, g in gradients.items()}
    return total


def importance_by_torch(batches, loss, of, dtype):
    network = torch_network(state_of(CLASSES), CLASSES, dtype, "running")
    names, parameters = zip(*network.named_parameters())
    total = dict.fromkeys(names, 0.0)
    for x, labels in batches:
        gradients = torch.autograd.grad(loss(network(torch.tensor(x, dtype=dtype)), torch.tensor(labels)), parameters)
        total = {n: total[n] + of(g) / len(batches) for n, g in zip(names, gradients)}
    return total


def dampened(of_all, of_forgotten, alpha, weaker, where, state):
    """The state afterwards; no entry may be so near to the threshold that rounding decides."""
    after = dict(state)
    for n, i in of_forgotten.items():
        ratio = np.asarray(i / of_all[n])
        assert np.abs(ratio / alpha - 1).min() > 1e-3, f"{n}: too near to the threshold"
        after[n] = where(i > alpha * of_all[n], state[n] * (weaker * of_all[n] / i).clip(max=1), state[n])
    return after


def dampening(method, settings, forgotten, logits_gradient, loss, of, size):
    """The case, held to torch."""
    x, labels = images_of(IMAGES, CLASSES)
    kept = [c for c in range(CLASSES) if c not in forgotten]
    sets = [batches_of(x, labels, order, size) for order in (kept + forgotten, forgotten)]
    strengths = settings["alpha"], settings["lambda"]
    state = state_of(CLASSES)
    after = dampened(*(importance(s, logits_gradient, of) for s in sets), *strengths, np.where, state)
    moved = sum((after[n] != state[n]).sum() for n in state)
    assert 3 < moved < sum(v.size for v in state.values()) - 8, f"{moved} moved"
    for dtype in (torch.float64, torch.float32):
        tensors = {n: torch.tensor(v, dtype=dtype) for n, v in state.items()}
        theirs = dampened(*(importance_by_torch(s, loss, of, dtype) for s in sets), *strengths, torch.where, tensors)
        against_torch(method, after, {n: t for n, t in theirs.items() if not n.endswith(BUFFERS)}, dtype, TOLERANCE)
    return case(method, settings, IMAGES, CLASSES, forgotten, after)


def make():
    cases = []
    for settings, forgotten in (
        ({"alpha": 1.2, "lambda": 0.9, "squares": "per-batch", "batch_size": 4}, [0]),
        ({"alpha": 1.1, "lambda": 1.5, "squares": "per-batch", "batch_size": 5}, [1, 3]),
        ({"alpha": 1.2, "lambda": 0.5, "squares": "per-sample", "batch_size": 5}, [2]),
    ):
        size = {"per-batch": settings["batch_size"], "per-sample": 1}[settings["squares"]]
        cases.append(dampening(METHOD, settings, forgotten, cross_entropy_gradient, cross_entropy, squared, size))
    return {"tolerance": TOLERANCE, "cases": cases}
