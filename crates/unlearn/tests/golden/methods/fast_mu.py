"""UNSIR: noise from zero by Adam on -CE + penalty mean |n|^2, one step on noise and D_R (impair), one on D_R (repair)."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from tiny import FULL, PLAIN, against_torch, backward, case, cross_entropy_gradient, forward, images_of, state_of, torch_network, tune, tune_torch

IMAGES, CLASSES, TOLERANCE = 8, 4, 1e-5
NOISE = {"noise_images": 3, "noise_steps": 3, "noise_rate": 0.1, "noise_deviation": 0.0, "noise_penalty": 0.1, "noise_copies": 2}


def adam(x, gradients, rate, steps):
    """Adam's steps from x, betas 0.9 and 0.999, epsilon 1e-8; `gradients` gives that at a point."""
    m = v = np.zeros_like(x)
    for t in range(1, steps + 1):
        g = gradients(x)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        x = x - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return x


def noise_of(label, direction=-1.0, penalty=NOISE["noise_penalty"], steps=NOISE["noise_steps"]):
    state, labels = state_of(CLASSES), np.full(NOISE["noise_images"], label)

    def gradient(n):
        z, inputs, _ = forward(state, n, "running")
        return backward(state, inputs, direction * cross_entropy_gradient(z, labels), "running")[1] + 2 * penalty * n / len(n)

    return adam(np.zeros((NOISE["noise_images"], 1, 5, 5)), gradient, NOISE["noise_rate"], steps)


def noise_by_torch(label, direction=-1.0, penalty=NOISE["noise_penalty"], steps=NOISE["noise_steps"]):
    network, labels = torch_network(state_of(CLASSES), CLASSES, torch.float64, "running"), torch.full((NOISE["noise_images"],), label)
    n = torch.zeros(NOISE["noise_images"], 1, 5, 5, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([n], NOISE["noise_rate"])
    for _ in range(steps):
        optimizer.zero_grad()
        (direction * cross_entropy(network(n), labels) + penalty * (n**2).sum((1, 2, 3)).mean()).backward()
        optimizer.step()
    return n.detach().numpy()


def make():
    x, labels = images_of(IMAGES, CLASSES)
    cases = []
    for settings, forgotten in (({**NOISE, "noise_used": 2, **PLAIN}, [0]), ({**NOISE, **FULL}, [1, 3])):
        settings = {**settings, "kept_per_class": 9, "repair_epochs": 2, "repair_rate": 0.03}
        kept = ~np.isin(labels, forgotten)
        noises = []
        for c in forgotten:
            noises.append(noise_of(c))
            assert np.allclose(noises[-1], noise_by_torch(c), rtol=1e-10, atol=1e-12)
        count = settings.get("noise_used", NOISE["noise_images"]) * NOISE["noise_copies"]
        impairing = np.concatenate([x[kept], *(np.repeat(n[:1], count, 0) for n in noises)])
        impair = [(1.0, impairing, np.concatenate([labels[kept], np.repeat(forgotten, count)]))]
        repair, repairing = {**settings, "epochs": 2, "learning_rate": 0.03}, [(1.0, x[kept], labels[kept])]
        state = tune(repair, repairing, CLASSES, start=tune(settings, impair, CLASSES))
        for dtype in (torch.float64, torch.float32):
            between = {n: t.double().numpy() for n, t in tune_torch(settings, impair, CLASSES, dtype).items()}
            against_torch("fast-mu", state, tune_torch(repair, repairing, CLASSES, dtype, start=between), dtype, TOLERANCE)
        cases.append(case("fast-mu", settings, IMAGES, CLASSES, forgotten, state))
    return {"tolerance": TOLERANCE, "cases": cases}
