"""ARCANE: an autoencoder per kept class, drawn for the class and trained on its images, one batch, to the mean square error.

Its score needs mean and variance of the class's own errors; forgotten classes have neither.
"""

import numpy as np
import torch
from torch.nn.functional import mse_loss

from check_checkpoint import Mlp
from drawn import SEED, Stream
from tiny import FULL, PLAIN, against_torch, case, clipped, images_of, sgd

IMAGES, CLASSES, TOLERANCE, NUMBERS = 12, 4, 1e-5, 25


def make():
    x, labels = images_of(IMAGES, CLASSES)
    x, cases = x.reshape(IMAGES, NUMBERS), []
    for hidden, tune, forgotten in (([3], PLAIN, [2]), ([6, 3, 6], {**FULL, "pull": 0.0}, [0, 3])):
        settings, state, moments = {"hidden": hidden, **tune}, {}, []
        for c in (c for c in range(CLASSES) if c not in forgotten):
            of_class = x[labels == c]
            ours = trained(settings, c, of_class)
            errors = ((of_class - forward(ours, of_class)[-1]) ** 2).mean(1)
            for dtype in (torch.float64, torch.float32):
                against_torch(f"arcane {c}", ours, by_torch(settings, c, of_class, dtype), dtype, TOLERANCE)
            state |= {f"classes.{c}.{n}": v for n, v in ours.items()}
            moments.append((errors.mean(), errors.var()))
        state |= {f"score.{n}": np.array(v) for n, v in zip(("running_mean", "running_var"), zip(*moments))}
        cases.append(case("arcane", settings, IMAGES, CLASSES, forgotten, state))
    return {"tolerance": TOLERANCE, "cases": cases}


def drawn(hidden, c):
    """Weights and biases uniform within 1 / sqrt(inputs)."""
    random, sizes, state = Stream(Stream(SEED, f"arcane/{c}").u64(), "initialization"), [NUMBERS, *hidden, NUMBERS], {}
    for layer, (inputs, outputs) in enumerate(zip(sizes, sizes[1:]), start=1):
        bound = np.float32(1) / np.sqrt(np.float32(inputs))
        draw = lambda count: np.array([random.uniform(bound) for _ in range(count)], np.float64)
        state |= {f"fc{layer}.weight": draw(outputs * inputs).reshape(outputs, inputs), f"fc{layer}.bias": draw(outputs)}
    return state


def forward(state, x):
    """What each layer reads, and the reconstruction."""
    depth, reads = len(state) // 2, [x]
    for layer in range(1, depth + 1):
        x = x @ state[f"fc{layer}.weight"].T + state[f"fc{layer}.bias"]
        x = np.maximum(x, 0.0) if layer < depth else x
        reads.append(x)
    return reads


def trained(settings, c, x):
    state, velocity = drawn(settings["hidden"], c), {}
    for _ in range(settings["epochs"]):
        reads, gradients = forward(state, x), {}
        d = 2 * (reads[-1] - x) / x.size
        for layer in range(len(state) // 2, 0, -1):
            gradients |= {f"fc{layer}.weight": d.T @ reads[layer - 1], f"fc{layer}.bias": d.sum(0)}
            d = d @ state[f"fc{layer}.weight"] * (reads[layer - 1] > 0)
        if settings["clip_norm"] is not None:
            gradients = clipped(gradients, settings["clip_norm"])
        state = sgd(state, gradients, velocity, settings["learning_rate"], settings["momentum"], settings["weight_decay"])
    return state


def by_torch(settings, c, x, dtype):
    network = Mlp([NUMBERS, *settings["hidden"], NUMBERS], "relu").to(dtype)
    network.load_state_dict({n: torch.tensor(v, dtype=dtype) for n, v in drawn(settings["hidden"], c).items()})
    optimizer, x = torch.optim.SGD(network.parameters(), settings["learning_rate"], settings["momentum"], 0, settings["weight_decay"]), torch.tensor(x, dtype=dtype)
    for _ in range(settings["epochs"]):
        optimizer.zero_grad()
        mse_loss(network(x), x).backward()
        if settings["clip_norm"] is not None:
            # Written out: torch's own clipping adds 1e-6 to the norm.
            norm = torch.stack([p.grad.norm() for p in network.parameters()]).norm()
            for p in network.parameters():
                p.grad *= min(1.0, settings["clip_norm"] / norm.item())
        optimizer.step()
    return network.state_dict()
