"""JiT: descend (1/n) sum_j |z(x) - z(x_j)| / |x - x_j|, x_j = clamp(x + sigma noise), z(x_j) a constant; one forgotten image, so that
its order among others does not decide whose noise is whose.
"""

import numpy as np
import torch

from drawn import SEED, Stream
from tiny import against_torch, backward, case, forward, images_of, sgd, state_of, torch_network

IMAGES, CLASSES, TOLERANCE = 4, 4, 1e-5


def noisy(x, sigma, random):
    noise = np.array([random.normal() for _ in range(x.size)], np.float64).reshape(x.shape)
    return np.clip(x + sigma * noise, x.min(), x.max())


def ours(settings, x):
    random, state, total = Stream(SEED, "jit"), state_of(CLASSES), {}
    for _ in range(settings["epochs"]):
        z, inputs, _ = forward(state, x, "running")
        d = np.zeros_like(z)
        for _ in range(settings["copies"]):
            copy = noisy(x, settings["sigma"], random)
            apart = z - forward(state, copy, "running")[0]
            d += apart / np.linalg.norm(apart) / np.linalg.norm(x - copy) / settings["copies"]
        gradients, _ = backward(state, inputs, d, "running")
        total = {n: g + (total.get(n, 0.0) if settings["running_sum"] else 0.0) for n, g in gradients.items()}
        state = sgd(state, total, {}, settings["learning_rate"])
    return state


def by_torch(settings, x, dtype):
    random, network = Stream(SEED, "jit"), torch_network(state_of(CLASSES), CLASSES, dtype, "running")
    optimizer, image = torch.optim.SGD(network.parameters(), settings["learning_rate"]), torch.tensor(x, dtype=dtype)
    for _ in range(settings["epochs"]):
        if not settings["running_sum"]:
            optimizer.zero_grad()
        loss, z = 0, network(image)
        for _ in range(settings["copies"]):
            copy = torch.tensor(noisy(x, settings["sigma"], random), dtype=dtype)
            with torch.no_grad():
                other = network(copy)
            loss = loss + (z - other).norm() / (image - copy).norm() / settings["copies"]
        loss.backward()
        optimizer.step()
    return network.state_dict()


def make():
    x, labels = images_of(IMAGES, CLASSES)
    cases = []
    for settings, forgotten in (
        ({"copies": 3, "sigma": 0.5, "running_sum": False, "epochs": 1, "learning_rate": 0.5}, 0),
        ({"copies": 2, "sigma": 0.2, "running_sum": True, "epochs": 3, "learning_rate": 0.1}, 2),
    ):
        of_class = x[labels == forgotten]
        state = ours(settings, of_class)
        for dtype in (torch.float64, torch.float32):
            against_torch("jit", state, by_torch(settings, of_class, dtype), dtype, TOLERANCE)
        cases.append(case("jit", settings, IMAGES, CLASSES, [forgotten], state))
    return {"tolerance": TOLERANCE, "cases": cases}
