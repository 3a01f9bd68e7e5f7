"""Bad Teacher: w <- w - rate * gradient of KL(q || p), q the model's answer to kept images and a drawn network's to forgotten ones.

All kept images in one batch with the forgotten ones.
"""

import numpy as np
import torch

from drawn import untrained
from tiny import FULL, PLAIN, against_torch, backward, case, forward, images_of, sgd, softmax, state_of, torch_network

IMAGES, CLASSES, TOLERANCE = 8, 4, 1e-5


def make():
    x, labels = images_of(IMAGES, CLASSES)
    start = state_of(CLASSES)
    teachers = [start, untrained(start, "bad-teacher")]
    cases = []
    for settings, forgotten in zip(({**PLAIN}, {**FULL, "clip_norm": None, "pull": 0.0}), ([0], [1, 3])):
        of = np.isin(labels, forgotten)
        knows, does_not = (softmax(forward(state, x, "running")[0]) for state in teachers)
        q = np.where(of[:, None], does_not, knows)
        state, velocity = start, {}
        for _ in range(settings["epochs"]):
            z, inputs, state = forward(state, x, settings["statistics"])
            gradients, _ = backward(state, inputs, (softmax(z) - q) / len(x), settings["statistics"])
            state = sgd(state, gradients, velocity, settings["learning_rate"], settings["momentum"], settings["weight_decay"])
        for dtype in (torch.float64, torch.float32):
            against_torch("bad-teacher", state, by_torch(settings, teachers, x, of, dtype), dtype, TOLERANCE)
        cases.append(case("bad-teacher", {"kept_part": 1.0, **settings}, IMAGES, CLASSES, forgotten, state))
    return {"tolerance": TOLERANCE, "cases": cases}


def by_torch(settings, teachers, x, of, dtype):
    x, of = torch.tensor(x, dtype=dtype), torch.tensor(of)
    with torch.no_grad():
        knows, does_not = (torch_network(state, CLASSES, dtype, "running")(x) for state in teachers)
    q = torch.where(of[:, None], does_not, knows).softmax(1)
    network = torch_network(teachers[0], CLASSES, dtype, settings["statistics"])
    optimizer = torch.optim.SGD(network.parameters(), settings["learning_rate"], settings["momentum"], weight_decay=settings["weight_decay"])
    for _ in range(settings["epochs"]):
        optimizer.zero_grad()
        torch.nn.functional.kl_div(network(x).log_softmax(1), q, reduction="batchmean").backward()
        optimizer.step()
    return network.state_dict()
