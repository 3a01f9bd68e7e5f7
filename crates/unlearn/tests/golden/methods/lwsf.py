"""LwSF, our adaptation: CE on kept codes + elastic weights + the old answers to these and 1 / C to forgotten codes, in one batch."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from rules import signed_rule
from tiny import FULL, PLAIN, against_torch, backward, case, clipped, cross_entropy_gradient, forward, sgd, softmax, state_of, torch_network

IMAGES, CLASSES, TOLERANCE = 8, 4, 1e-5


def fisher(x, labels):
    state, total = state_of(CLASSES), {}
    for code, label in zip(x, labels):
        z, inputs, _ = forward(state, code[None], "running")
        gradients, _ = backward(state, inputs, cross_entropy_gradient(z, [label]), "running")
        total = {n: total.get(n, 0.0) + g**2 / len(x) for n, g in gradients.items()}
    return total


def by_formula(settings, x, labels, forgotten):
    start = state = state_of(CLASSES)
    of = np.isin(labels, forgotten)
    strengths, velocity = fisher(x[~of], labels[~of]), {}
    q = np.where(of[:, None], 1 / CLASSES, softmax(forward(start, x, "running")[0]))
    for _ in range(settings["epochs"]):
        z, inputs, moved = forward(state, x, settings["statistics"])
        d = ~of[:, None] * cross_entropy_gradient(z, labels) + settings["distill"] * (softmax(z) - q) / len(x)
        gradients, _ = backward(state, inputs, d, settings["statistics"])
        state = moved
        gradients = {n: g + (settings["elastic"] * strengths[n] + settings["pull"]) * (state[n] - start[n]) for n, g in gradients.items()}
        if settings["clip_norm"] is not None:
            gradients = clipped(gradients, settings["clip_norm"])
        state = sgd(state, gradients, velocity, settings["learning_rate"], settings["momentum"], settings["weight_decay"])
    return state


def by_torch(settings, x, labels, forgotten, dtype):
    network = torch_network(state_of(CLASSES), CLASSES, dtype, settings["statistics"])
    old = torch_network(state_of(CLASSES), CLASSES, dtype, "running")
    of = torch.tensor(np.isin(labels, forgotten))
    x, labels, parameters = torch.tensor(x, dtype=dtype), torch.tensor(labels), list(network.parameters())
    start, old_parameters = [p.detach().clone() for p in parameters], list(old.parameters())
    squares = [torch.autograd.grad(cross_entropy(old(x[k : k + 1]), labels[k : k + 1]), old_parameters) for k in range(len(x)) if not of[k]]
    strengths = [torch.stack([s[i] ** 2 for s in squares]).mean(0) for i in range(len(parameters))]
    q = torch.where(of[:, None], 1 / CLASSES, old(x).detach().softmax(1)).to(dtype)
    optimizer = torch.optim.SGD(parameters, settings["learning_rate"], settings["momentum"], weight_decay=settings["weight_decay"])
    for _ in range(settings["epochs"]):
        optimizer.zero_grad()
        z = network(x)
        held = sum(((settings["elastic"] * f + settings["pull"]) / 2 * (p - s) ** 2).sum() for f, p, s in zip(strengths, parameters, start))
        (cross_entropy(z[~of], labels[~of], reduction="sum") / len(x) + settings["distill"] * cross_entropy(z, q) + held).backward()
        if settings["clip_norm"] is not None:
            norm = torch.stack([p.grad.norm() for p in parameters]).norm()
            for p in parameters:
                p.grad *= min(1.0, settings["clip_norm"] / norm.item())
        optimizer.step()
    return network.state_dict()


def make():
    codes, cases = signed_rule([CLASSES, 1, 5, 5]), []
    for settings, forgotten in (({"elastic": 1.0, "distill": 0.5, **PLAIN}, [0]), ({"elastic": 20.0, "distill": 2.0, **FULL}, [1, 3])):
        labels = np.arange(CLASSES)
        state = by_formula(settings, codes, labels, forgotten)
        for dtype in (torch.float64, torch.float32):
            against_torch("lwsf", state, by_torch(settings, codes, labels, forgotten, dtype), dtype, TOLERANCE)
        cases.append(case("lwsf", settings, IMAGES, CLASSES, forgotten, state))
    return {"tolerance": TOLERANCE, "cases": cases}
