"""Boundary Expand: one more output, D_F labelled with it, descend CE, take it away. The new row is normal of variance 2 / (features + outputs)."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from drawn import SEED, Stream
from tiny import FULL, PLAIN, against_torch, backward, case, cross_entropy_gradient, forward, images_of, sgd, state_of, torch_network

IMAGES, CLASSES, TOLERANCE = 8, 4, 1e-5


def expanded():
    state, random = state_of(CLASSES), Stream(SEED, "boundary-expand")
    features = state["fc.weight"].shape[1]
    deviation = np.sqrt(np.float32(2 / (features + CLASSES + 1)))
    row = np.array([[deviation * random.normal() for _ in range(features)]], np.float64)
    return {**state, "fc.weight": np.concatenate([state["fc.weight"], row]), "fc.bias": np.append(state["fc.bias"], 0.0)}


def without_last(state):
    return {n: v[:CLASSES] if n.startswith("fc") else v for n, v in state.items()}


def make():
    x, labels = images_of(IMAGES, CLASSES)
    cases = []
    for tune, forgotten in ((PLAIN, [0]), ({**FULL, "clip_norm": None, "pull": 0.0}, [1, 3])):
        of_class = x[np.isin(labels, forgotten)]
        targets = np.full(len(of_class), CLASSES)
        state, velocity = expanded(), {}
        for _ in range(tune["epochs"]):
            z, inputs, state = forward(state, of_class, tune["statistics"])
            gradients, _ = backward(state, inputs, cross_entropy_gradient(z, targets), tune["statistics"])
            state = sgd(state, gradients, velocity, tune["learning_rate"], tune["momentum"], tune["weight_decay"])
        for dtype in (torch.float64, torch.float32):
            network = torch_network(expanded(), CLASSES + 1, dtype, tune["statistics"])
            optimizer = torch.optim.SGD(network.parameters(), tune["learning_rate"], tune["momentum"], weight_decay=tune["weight_decay"])
            for _ in range(tune["epochs"]):
                optimizer.zero_grad()
                cross_entropy(network(torch.tensor(of_class, dtype=dtype)), torch.tensor(targets)).backward()
                optimizer.step()
            against_torch("boundary-expand", state, network.state_dict(), dtype, TOLERANCE)
        cases.append(case("boundary-expand", tune, IMAGES, CLASSES, forgotten, without_last(state)))
    return {"tolerance": TOLERANCE, "cases": cases}
