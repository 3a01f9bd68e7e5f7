"""NegGrad+: w <- w - rate * gradient of alpha CE(D_R) - (1 - alpha) CE(D_F), both whole sets in one batch."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from tiny import against_torch, backward, case, clipped, cross_entropy_gradient, forward, images_of, sgd, state_of, torch_network

IMAGES, CLASSES, TOLERANCE = 8, 4, 1e-5


def step_gradient(state, parts, statistics):
    """The sum of weight times gradient of the mean cross-entropy of each part; buffers move in their order."""
    total = {}
    for weight, x, labels in parts:
        z, inputs, state = forward(state, x, statistics)
        gradients, _ = backward(state, inputs, weight * cross_entropy_gradient(z, labels), statistics)
        total = {n: total.get(n, 0.0) + g for n, g in gradients.items()}
    return total, state


def run(settings, parts):
    start = state = state_of(CLASSES)
    velocity = {}
    for _ in range(settings["epochs"]):
        gradients, state = step_gradient(state, parts, settings["statistics"])
        gradients = {n: g + settings["pull"] * (state[n] - start[n]) for n, g in gradients.items()}
        if settings["clip_norm"] is not None:
            gradients = clipped(gradients, settings["clip_norm"])
        state = sgd(state, gradients, velocity, settings["learning_rate"], settings["momentum"], settings["weight_decay"])
    return state


def run_torch(settings, parts, dtype):
    network = torch_network(state_of(CLASSES), CLASSES, dtype, settings["statistics"])
    start = [p.detach().clone() for p in network.parameters()]
    optimizer = torch.optim.SGD(network.parameters(), settings["learning_rate"], settings["momentum"], weight_decay=settings["weight_decay"])
    for _ in range(settings["epochs"]):
        optimizer.zero_grad()
        for weight, x, labels in parts:
            (weight * cross_entropy(network(torch.tensor(x, dtype=dtype)), torch.tensor(labels))).backward()
        for p, s in zip(network.parameters(), start):
            p.grad += settings["pull"] * (p.detach() - s)
        if settings["clip_norm"] is not None:
            # Written out: torch's own clipping adds 1e-6 to the norm.
            norm = torch.stack([p.grad.norm() for p in network.parameters()]).norm()
            for p in network.parameters():
                p.grad *= min(1.0, settings["clip_norm"] / norm.item())
        optimizer.step()
    return network.state_dict()


def make():
    x, labels = images_of(IMAGES, CLASSES)
    plain = {"alpha": 0.95, "epochs": 1, "learning_rate": 0.5, "momentum": 0.0, "weight_decay": 0.0, "statistics": "running", "clip_norm": None, "pull": 0.0}
    full = {"alpha": 0.6, "epochs": 3, "learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.01, "statistics": "batch", "clip_norm": 0.05, "pull": 0.2}
    cases = []
    for settings, forgotten in ((plain, [0]), (full, [1, 3])):
        of = np.isin(labels, forgotten)
        parts = [(settings["alpha"], x[~of], labels[~of]), (settings["alpha"] - 1, x[of], labels[of])]
        state = run(settings, parts)
        for dtype in (torch.float64, torch.float32):
            against_torch("neggrad-plus", state, run_torch(settings, parts, dtype), dtype, TOLERANCE)
        cases.append(case("neggrad-plus", settings, IMAGES, CLASSES, forgotten, state))
    return {"tolerance": TOLERANCE, "cases": cases}
