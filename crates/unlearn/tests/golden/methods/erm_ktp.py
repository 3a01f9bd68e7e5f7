"""ERM-KTP: from the model on two plain epochs and one under the mask, twice; then a drawn student learns the teacher's maps; each set is one batch.

M starts at 0.5 and after every step each channel's row is divided by its largest entry and held in [0, 1]. Rates fall by 10 at a
half and at three quarters of the mask's epochs.
"""

import numpy as np
import torch
from torch.nn.functional import cross_entropy, mse_loss, relu

from drawn import untrained
from formulas import OPERATIONS, batch_norm_train_backward
from mnemonic import CONV_STEPS, inside
from tiny import FULL, PLAIN, against_torch, case, cross_entropy_gradient, forward, images_of, sgd, state_of, torch_network

IMAGES, CLASSES, TOLERANCE = 8, 4, 1e-5
MAPS, POOLED, LOGITS = 2, 3, 4  # the outputs of these steps
MASK_EPOCHS, PENALTY = 6, 0.05


def make():
    x, labels = images_of(IMAGES, CLASSES)
    cases = []
    for own, tune, forgotten in (
        ({"used_above": 0.987, "whole_maps": False, "teacher_statistics": "running", "decay_after": [10]}, PLAIN, [0]),
        ({"used_above": 0.99, "whole_maps": True, "teacher_statistics": "batch", "decay_after": [1, 2]}, {**FULL, "learning_rate": 0.4, "clip_norm": None, "pull": 0.0}, [2, 3]),
    ):
        settings = {"mask_epochs": MASK_EPOCHS, "penalty": PENALTY, **own, **tune}
        teacher, mask = reduced(settings, x, labels)
        used = mask[:, forgotten].max(1)
        assert (abs(used - settings["used_above"]) > 1e-4).all(), "an entry too close for float32"
        stay = (used <= settings["used_above"]).astype(np.float64)
        assert 0 < stay.sum() < len(stay), f"channels {mask} {stay}"
        kept = x[~np.isin(labels, forgotten)]
        student = untrained(teacher, "erm-ktp")
        rest = np.array([[c not in forgotten] for c in range(CLASSES)])
        student |= {"fc.weight": teacher["fc.weight"] * stay * rest, "fc.bias": teacher["fc.bias"] * rest[:, 0]}
        state = transferred(settings, teacher, student, stay, kept)
        for dtype in (torch.float64, torch.float32):
            theirs = by_torch(settings, x, labels, kept, student, stay, dtype)
            against_torch("erm-ktp", state, {n: v for n, v in theirs.items() if not n.startswith("fc")}, dtype, TOLERANCE)
        cases.append(case("erm-ktp", settings, IMAGES, CLASSES, forgotten, state))
    return {"tolerance": TOLERANCE, "cases": cases}


def backward_from(state, inputs, at, statistics):
    """Gradients of a loss whose gradient at the output of step i is at[i]."""
    gradients, d = {}, 0.0
    for i in range(max(at), -1, -1):
        operation, prefix, c = CONV_STEPS[i]
        rule = batch_norm_train_backward if operation == "batch_norm" and statistics == "batch" else OPERATIONS[operation][1]
        d, of_step = rule(inputs[i], inside(state, prefix), c, d + at.get(i, 0.0))
        gradients |= {f"{prefix}.{n}": g for n, g in of_step.items()}
    return gradients


def rate_of(rate, after, epoch):
    return rate * 0.1 ** sum(e <= epoch for e in after)


def reduced(settings, x, labels):
    state, velocity, of_mask = state_of(CLASSES), {}, {}
    mask, falls = np.full((3, CLASSES), 0.5), [MASK_EPOCHS // 2, MASK_EPOCHS * 3 // 4]
    for epoch in range(MASK_EPOCHS):
        rate = rate_of(settings["learning_rate"], falls, epoch)
        rest = (rate, settings["momentum"], settings["weight_decay"])
        z, inputs, state = forward(state, x, settings["statistics"])
        if epoch % 3 < 2:
            gradients = backward_from(state, inputs, {LOGITS: cross_entropy_gradient(z, labels)}, settings["statistics"])
        else:
            features, rows = inputs[LOGITS], mask[:, labels].T
            masked = features * rows
            d = cross_entropy_gradient(masked @ state["fc.weight"].T + state["fc.bias"], labels)
            slope = d @ state["fc.weight"]
            gradients = backward_from(state, inputs, {POOLED: slope * rows}, settings["statistics"])
            gradients |= {"fc.weight": d.T @ masked, "fc.bias": d.sum(0)}
            size = 1.0 if mask.sum() > 0.1 * mask.size else 0.0
            of_entries = PENALTY * (size + 0.1 * (mask.sum(1, keepdims=True) - mask))
            np.add.at(of_entries.T, labels, slope * features)
            mask = sgd({"m": mask}, {"m": of_entries}, of_mask, *rest)["m"]
        state = sgd(state, gradients, velocity, *rest)
        mask = settled(mask)
    return state, mask


def settled(mask):
    return np.clip(mask / mask.max(1, keepdims=True), 0.0, 1.0)


def transferred(settings, teacher, state, stay, kept):
    _, inputs, _ = forward(teacher, kept, settings["teacher_statistics"])
    maps = inputs[POOLED] * (1.0 if settings["whole_maps"] else stay[:, None, None])
    pooled, velocity = inputs[LOGITS] * stay, {}
    for epoch in range(settings["epochs"]):
        _, inputs, state = forward(state, kept, settings["statistics"])
        at = {MAPS: 2 * (inputs[POOLED] - maps) / maps.size, POOLED: 2 * (inputs[LOGITS] - pooled) / pooled.size}
        gradients = backward_from(state, inputs, at, settings["statistics"])
        rate = rate_of(settings["learning_rate"], settings["decay_after"], epoch)
        state = sgd(state, gradients, velocity, rate, settings["momentum"], settings["weight_decay"])
    return state


def maps_of(network, x):
    maps = relu(network.bn1(network.conv1(x)))
    return maps, maps.mean((2, 3))


def by_torch(settings, x, labels, kept, student, stay, dtype):
    rest = (settings["learning_rate"], settings["momentum"], 0, settings["weight_decay"])
    x, labels, kept, stay = (torch.tensor(v) for v in (x, labels, kept, stay))
    x, kept, stay = x.to(dtype), kept.to(dtype), stay.to(dtype)
    teacher = torch_network(state_of(CLASSES), CLASSES, dtype, settings["statistics"])
    mask = torch.full((3, CLASSES), 0.5, dtype=dtype, requires_grad=True)
    optimizers = [torch.optim.SGD(p, *rest) for p in (teacher.parameters(), [mask])]
    for epoch in range(MASK_EPOCHS):
        for optimizer in optimizers:
            optimizer.param_groups[0]["lr"] = rate_of(settings["learning_rate"], [MASK_EPOCHS // 2, MASK_EPOCHS * 3 // 4], epoch)
            optimizer.zero_grad()
        features, in_mask = maps_of(teacher, x)[1], epoch % 3 == 2
        if in_mask:
            entangled = sum(mask[:, i] @ mask[:, j] for i in range(CLASSES) for j in range(i + 1, CLASSES))
            cost = relu(mask.abs().sum() - 0.1 * mask.numel()) + 0.1 * entangled
            (cross_entropy(teacher.fc(features * mask[:, labels].T), labels) + PENALTY * cost).backward()
        else:
            cross_entropy(teacher.fc(features), labels).backward()
        for optimizer in optimizers[: 1 + in_mask]:
            optimizer.step()
        with torch.no_grad():
            mask.copy_((mask / mask.max(1, keepdim=True).values).clamp(0, 1))
    teacher.train(settings["teacher_statistics"] == "batch")
    with torch.no_grad():
        maps, pooled = maps_of(teacher, kept)
    network = torch_network(student, CLASSES, dtype, settings["statistics"])
    optimizer = torch.optim.SGD([*network.conv1.parameters(), *network.bn1.parameters()], *rest)
    for epoch in range(settings["epochs"]):
        optimizer.param_groups[0]["lr"] = rate_of(settings["learning_rate"], settings["decay_after"], epoch)
        optimizer.zero_grad()
        ours = maps_of(network, kept)
        (mse_loss(ours[0], maps if settings["whole_maps"] else maps * stay[:, None, None]) + mse_loss(ours[1], pooled * stay)).backward()
        optimizer.step()
    return network.state_dict()
