"""SalUn: random labels, moving only the half (or third) of all parameters with the largest |gradient of CE(D_F)|.

Of two classes the other label is the only one. First a step on the forgotten images, then one on the kept ones.
"""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from tiny import FULL, PLAIN, against_torch, backward, case, cross_entropy_gradient, forward, images_of, sgd, state_of, torch_network

IMAGES, CLASSES, TOLERANCE = 8, 2, 1e-5


def make():
    x, labels = images_of(IMAGES, CLASSES)
    cases = []
    for part, tune, forgotten in ((0.5, PLAIN, [0]), (0.3, {**FULL, "clip_norm": None, "pull": 0.0}, [1])):
        of = np.isin(labels, forgotten)
        masks = masks_of(x[of], labels[of], part)
        parts = [(x[of], 1 - labels[of]), (x[~of], labels[~of])]
        start = state = state_of(CLASSES)
        velocity = {}
        for _ in range(tune["epochs"]):
            for inputs_of_part, targets in parts:
                z, inputs, state = forward(state, inputs_of_part, tune["statistics"])
                gradients, _ = backward(state, inputs, cross_entropy_gradient(z, targets), tune["statistics"])
                moved = sgd(state, {n: masks[n] * g for n, g in gradients.items()}, velocity, tune["learning_rate"], tune["momentum"], tune["weight_decay"])
                state = {n: np.where(masks[n], v, start[n]) if n in masks else v for n, v in moved.items()}
        for dtype in (torch.float64, torch.float32):
            against_torch("salun", state, by_torch(tune, parts, masks, dtype), dtype, TOLERANCE)
        settings = {"salient_part": part, "forgotten_first": True, "redraw": False, **tune}
        cases.append(case("salun", settings, IMAGES, CLASSES, forgotten, state))
    return {"tolerance": TOLERANCE, "cases": cases}


def masks_of(x, labels, part):
    state = state_of(CLASSES)
    z, inputs, _ = forward(state, x, "running")
    gradients, _ = backward(state, inputs, cross_entropy_gradient(z, labels), "running")
    slopes = {n: abs(g) for n, g in gradients.items()}
    ranked = np.sort(np.concatenate([s.ravel() for s in slopes.values()]))[::-1]
    count = int(part * len(ranked))
    assert ranked[count - 1] > ranked[count] * (1 + 1e-4), "too close for float32"
    return {n: s >= ranked[count - 1] for n, s in slopes.items()}


def by_torch(tune, parts, masks, dtype):
    network = torch_network(state_of(CLASSES), CLASSES, dtype, tune["statistics"])
    named = dict(network.named_parameters())
    start = {n: p.detach().clone() for n, p in named.items()}
    optimizer = torch.optim.SGD(network.parameters(), tune["learning_rate"], tune["momentum"], weight_decay=tune["weight_decay"])
    for _ in range(tune["epochs"]):
        for x, labels in parts:
            optimizer.zero_grad()
            cross_entropy(network(torch.tensor(x, dtype=dtype)), torch.tensor(labels)).backward()
            for n, p in named.items():
                p.grad *= torch.tensor(masks[n])
            optimizer.step()
            with torch.no_grad():
                for n, p in named.items():
                    p.copy_(torch.where(torch.tensor(masks[n]), p, start[n]))
    return network.state_dict()
