"""SCRUB: per epoch a step up T^2 KL(teacher || student) on D_F, in the first epochs, then one down gamma CE + alpha T^2 KL on D_R.

T^2 times the gradient of KL at the logits, (p - q) / T with p, q = softmax(z / T), is T (p - q). Both sets are one batch each.
"""

import numpy as np
import torch
from torch.nn.functional import cross_entropy, kl_div

from tiny import FULL, PLAIN, against_torch, backward, case, cross_entropy_gradient, forward, images_of, sgd, softmax, state_of, torch_network

IMAGES, CLASSES, TOLERANCE = 8, 4, 1e-5
OWN = {"alpha": 0.3, "gamma": 0.9, "temperature": 4.0, "ascent_epochs": 2, "decay_after": [1, 2]}


def make():
    x, labels = images_of(IMAGES, CLASSES)
    cases = []
    for tune, forgotten in (({**PLAIN, "epochs": 2, "learning_rate": 0.3}, [0]), ({**FULL, "clip_norm": None, "pull": 0.0}, [1, 3])):
        settings, of = {**OWN, **tune}, np.isin(labels, forgotten)
        state = ours(settings, x, labels, of)
        for dtype in (torch.float64, torch.float32):
            against_torch("scrub", state, by_torch(settings, x, labels, of, dtype), dtype, TOLERANCE)
        cases.append(case("scrub", settings, IMAGES, CLASSES, forgotten, state))
    return {"tolerance": TOLERANCE, "cases": cases}


def rate_of(settings, epoch):
    return settings["learning_rate"] * 0.1 ** sum(after <= epoch for after in settings["decay_after"])


def ours(settings, x, labels, of):
    start = state = state_of(CLASSES)
    velocity, warmth, statistics = {}, settings["temperature"], settings["statistics"]

    def step(state, part, weight, gamma, rate):
        teacher = forward(start, x[part], "running")[0]
        z, inputs, state = forward(state, x[part], statistics)
        apart = warmth * (softmax(z / warmth) - softmax(teacher / warmth)) / len(z)
        gradients, _ = backward(state, inputs, weight * apart + gamma * cross_entropy_gradient(z, labels[part]), statistics)
        return sgd(state, gradients, velocity, rate, settings["momentum"], settings["weight_decay"])

    for epoch in range(settings["epochs"]):
        rate = rate_of(settings, epoch)
        if epoch < settings["ascent_epochs"]:
            state = step(state, of, -1.0, 0.0, rate)
        state = step(state, ~of, settings["alpha"], settings["gamma"], rate)
    return state


def by_torch(settings, x, labels, of, dtype):
    teacher = torch_network(state_of(CLASSES), CLASSES, dtype, "running")
    network = torch_network(state_of(CLASSES), CLASSES, dtype, settings["statistics"])
    optimizer = torch.optim.SGD(network.parameters(), settings["learning_rate"], settings["momentum"], weight_decay=settings["weight_decay"])
    warmth = settings["temperature"]
    parts = {part: (torch.tensor(x[of == part], dtype=dtype), torch.tensor(labels[of == part])) for part in (True, False)}

    def distance(part):
        with torch.no_grad():
            q = (teacher(parts[part][0]) / warmth).softmax(1)
        z = network(parts[part][0])
        return warmth**2 * kl_div((z / warmth).log_softmax(1), q, reduction="batchmean"), z

    for epoch in range(settings["epochs"]):
        optimizer.param_groups[0]["lr"] = rate_of(settings, epoch)
        if epoch < settings["ascent_epochs"]:
            optimizer.zero_grad()
            (-distance(True)[0]).backward()
            optimizer.step()
        optimizer.zero_grad()
        apart, z = distance(False)
        (settings["gamma"] * cross_entropy(z, parts[False][1]) + settings["alpha"] * apart).backward()
        optimizer.step()
    return network.state_dict()
