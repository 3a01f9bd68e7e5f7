"""Transplant: a unit made from the codes, by Newton's method on the primal; its gradient is 0 by torch's autograd."""

import numpy as np
import torch

from mnemonic import CONV_STEPS, logits_of
from rules import signed_rule
from tiny import case, state_of

CLASSES, TOLERANCE = 4, 1e-4


def features_of(state, codes):
    """What the classifier layer reads: the input of its gradient, by a classifier that hands features on."""
    handed_on = {**state, "fc.weight": np.eye(3), "fc.bias": np.zeros(3)}
    return logits_of(CONV_STEPS, handed_on, codes)[0]


def least(rows, margins, decay):
    u = np.zeros(rows.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(margins - rows @ u))
        gradient = rows.T @ p / len(rows) + decay * u
        u = u - np.linalg.solve((rows.T * (p * (1 - p))) @ rows / len(rows) + decay * np.eye(len(u)), gradient)
    tu, tr, tm = (torch.tensor(v, dtype=torch.float64, requires_grad=v is u) for v in (u, rows, margins))
    loss = torch.nn.functional.softplus(tr @ tu - tm).mean() + decay / 2 * tu @ tu
    assert np.abs(torch.autograd.grad(loss, tu)[0].numpy()).max() < 1e-12, "not the minimum"
    return u


def make():
    state, cases = state_of(CLASSES), []
    codes = signed_rule([CLASSES, 1, 5, 5])
    h, z = features_of(state, codes), logits_of(CONV_STEPS, state, codes)[0]
    for decay, forgotten in ((5e-4, [0]), (0.05, [1, 3])):
        kept = [c for c in range(CLASSES) if c not in forgotten]
        rows = np.hstack([h, np.ones((CLASSES, 1))])
        unit = least(rows, np.log(np.exp(z[:, kept]).sum(1)), decay)
        after = {n: v.copy() for n, v in state.items()}
        after["fc.weight"][forgotten], after["fc.bias"][forgotten] = unit[:-1], unit[-1]
        cases.append(case("transplant", {"unit": "made", "weight_decay": decay}, 0, CLASSES, forgotten, after))
    return {"tolerance": TOLERANCE, "cases": cases}
