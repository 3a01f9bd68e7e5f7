"""SISA: each shard's network, linear on the pixels, drawn anew and trained on slices 1..r by the default recipe; a slice is one batch.

The r-th time for int(r a) - int((r - 1) a) epochs, a = 2 E / (R + 1), from where the last time ended, momentum and one-cycle anew.
"""

import math

import numpy as np
import torch
from torch.nn.functional import cross_entropy, linear

from drawn import SEED, Stream
from tiny import against_torch, case, cross_entropy_gradient, images_of, sgd

IMAGES, CLASSES, TOLERANCE, NUMBERS = 48, 4, 1e-5, 25
EPOCHS, RATE, MOMENTUM, DECAY = 10, 0.05, 0.9, 5e-4  # of the recipe, the defaults of training


def make():
    x, labels = images_of(IMAGES, CLASSES)
    x, cases = x.reshape(IMAGES, NUMBERS), []
    for settings, forgotten in (
        ({"shards": 2, "slices": 1, "class_shards": None, "vote": "one-hot"}, [1, 2]),
        ({"shards": 3, "slices": 4, "class_shards": 2, "vote": "softmax"}, [0]),
    ):
        shards, kept = dealt(settings, labels, forgotten), [c for c in range(CLASSES) if c not in forgotten]
        for shard, slices in enumerate(shards):
            held = {c for c in kept if (shard - c) % settings["shards"] < (settings["class_shards"] or settings["shards"])}
            assert all(set(labels[places]) == held for places in slices), "each slice holds each class of its shard"
        state = {}
        for shard, slices in enumerate(shards):
            ours = trained(settings, shard, slices, x, labels)
            for dtype in (torch.float64, torch.float32):
                against_torch(f"sisa {shard}", ours, by_torch(settings, shard, slices, x, labels, dtype), dtype, TOLERANCE)
            state |= {f"members.{shard}.{n}": v for n, v in ours.items()}
        cases.append(case("sisa", settings, IMAGES, CLASSES, forgotten, state))
    return {"tolerance": TOLERANCE, "cases": cases}


def dealt(settings, labels, forgotten):
    """Places per shard and slice: a class's images in equal runs, shard after shard from c on, in each slice after slice."""
    shards, slices = settings["shards"], settings["slices"]
    of = [[[] for _ in range(slices)] for _ in range(shards)]
    for c in range(CLASSES):
        if c in forgotten:
            continue
        places, runs = np.flatnonzero(labels == c), (settings["class_shards"] or shards) * slices
        for run in range(runs):
            part = places[len(places) * run // runs : len(places) * (run + 1) // runs]
            of[(c + run // slices) % shards][run % slices] += part.tolist()
    return of


def epochs_of(slices):
    a = 2 * EPOCHS / (slices + 1)
    return [int(r * a + 1e-9) - int((r - 1) * a + 1e-9) for r in range(1, slices + 1)]


def one_cycle(step, steps):
    """Up from a 25th along half a cosine for 0.3 of the steps, then down to a 250000th."""
    last = max(steps, 2) - 1
    top, between = 0.3 * last, lambda a, b, t: b + (a - b) * (1 + math.cos(math.pi * t)) / 2
    return between(RATE / 25, RATE, step / top) if step < top else between(RATE, RATE / 25e4, (step - top) / (last - top))


def drawn(shard):
    """Before slice 1: uniform within 1 / sqrt(25)."""
    random, bound = Stream(Stream(SEED, f"sisa/{shard}/0").u64(), "initialization"), np.float32(1) / np.sqrt(np.float32(NUMBERS))
    draw = lambda count: np.array([random.uniform(bound) for _ in range(count)], np.float64)
    return {"fc1.weight": draw(CLASSES * NUMBERS).reshape(CLASSES, NUMBERS), "fc1.bias": draw(CLASSES)}


def stages(settings, slices):
    """(places so far, epochs) of each slice."""
    return [(sum(slices[:r], []), epochs) for r, epochs in enumerate(epochs_of(settings["slices"]), start=1)]


def trained(settings, shard, slices, x, labels):
    state = drawn(shard)
    for places, epochs in stages(settings, slices):
        velocity = {}
        for step in range(epochs):
            d = cross_entropy_gradient(x[places] @ state["fc1.weight"].T + state["fc1.bias"], labels[places])
            gradients = {"fc1.weight": d.T @ x[places], "fc1.bias": d.sum(0)}
            state = sgd(state, gradients, velocity, one_cycle(step, epochs), MOMENTUM, DECAY)
    return state


def by_torch(settings, shard, slices, x, labels, dtype):
    state = {n: torch.tensor(v, dtype=dtype, requires_grad=True) for n, v in drawn(shard).items()}
    x, labels = torch.tensor(x, dtype=dtype), torch.tensor(labels)
    for places, epochs in stages(settings, slices):
        optimizer = torch.optim.SGD(state.values(), RATE, MOMENTUM, 0, DECAY)
        for step in range(epochs):
            optimizer.param_groups[0]["lr"] = one_cycle(step, epochs)
            optimizer.zero_grad()
            cross_entropy(linear(x[places], state["fc1.weight"], state["fc1.bias"]), labels[places]).backward()
            optimizer.step()
    return state
