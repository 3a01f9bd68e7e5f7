"""Fisher forgetting: mean + sqrt(v) N(0, 1), v from the expected Fisher diagonal of D_R. The test draws N(0, 1) itself."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from rules import flat, reachable, same
from tiny import backward, case, cross_entropy_gradient, forward, images_of, softmax, state_of, torch_network

IMAGES, CLASSES, TOLERANCE = 8, 4, 1e-5


def fisher(x):
    """Mean over images of sum_y p_y (gradient of CE with y)^2."""
    state, total = state_of(CLASSES), {}
    for image in x:
        z, inputs, _ = forward(state, image[None], "running")
        for y, p in enumerate(softmax(z)[0]):
            gradients, _ = backward(state, inputs, cross_entropy_gradient(z, [y]), "running")
            total = {n: total.get(n, 0.0) + p * g**2 / len(x) for n, g in gradients.items()}
    return total


def fisher_by_torch(x, dtype):
    network = torch_network(state_of(CLASSES), CLASSES, dtype, "running")
    names, parameters = zip(*network.named_parameters())
    total = dict.fromkeys(names, 0.0)
    for image in torch.tensor(x, dtype=dtype):
        for y in range(CLASSES):
            z = network(image[None])
            gradients = torch.autograd.grad(cross_entropy(z, torch.tensor([y])), parameters)
            total = {n: total[n] + z.detach().softmax(1)[0, y] * g**2 / len(x) for n, g in zip(names, gradients)}
    return {n: t.numpy() for n, t in total.items()}


def deviations(of, settings, forgotten):
    found = {}
    for n, f in of.items():
        classifier = n.startswith("fc")
        v = settings["alpha"] * np.minimum((f + 1e-8) ** (-2 * settings["power"]), 1e2 if classifier else 1e3)
        if v.ndim > 1:
            v = np.broadcast_to(v.mean(1, keepdims=True), v.shape).copy()
        if classifier:
            v[forgotten] = 1e-4
        found[n] = np.sqrt(v * (10 if classifier or v.ndim == 1 else 1))
    return found


def make():
    x, labels = images_of(IMAGES, CLASSES)
    cases = []
    for alpha, power, forgotten in ((1e-2, 0.5, [0]), (1e-1, 0.25, [1, 3])):
        settings = {"alpha": alpha, "power": power, "batch_size": 3}
        kept = x[~np.isin(labels, forgotten)]
        expected = deviations(fisher(kept), settings, forgotten)
        for compare, dtype in ((same, torch.float64), (lambda *a: reachable(*a, TOLERANCE), torch.float32)):
            theirs = deviations(fisher_by_torch(kept, dtype), settings, forgotten)
            for n, deviation in expected.items():
                compare(f"sfdn {n}", deviation, theirs[n])
        state = state_of(CLASSES)
        for n in ("fc.weight", "fc.bias"):
            state[n][forgotten] = 0
        cases.append({**case("sfdn", settings, IMAGES, CLASSES, forgotten, state),
                      "drawn": {"purpose": "sfdn/noise", "deviation": {n: flat(d) for n, d in expected.items()}}})
    return {"tolerance": TOLERANCE, "cases": cases}
