"""Certified removal over the last layer, without its noise: one-vs-rest logistic models, then one Newton step away."""

import numpy as np
import torch
from torch.nn.functional import softplus

from mnemonic import CONV_STEPS, logits_of
from tiny import case, images_of, state_of

IMAGES, CLASSES, TOLERANCE = 12, 4, 1e-5


def objective(w, x, y, ridge):
    """The sum over samples of softplus(-y w.x) + ridge / 2 |w|^2."""
    return softplus(-y * (x @ w)).sum() + len(x) * ridge / 2 * w @ w


def fitted(x, y, ridge):
    """The minimum: Newton's method by autograd, from 0."""
    w = torch.zeros(x.shape[1], dtype=torch.float64)
    for _ in range(50):
        w = w - torch.linalg.solve(torch.func.hessian(objective)(w, x, y, ridge), torch.func.grad(objective)(w, x, y, ridge))
    assert torch.func.grad(objective)(w, x, y, ridge).abs().max() < 1e-12
    return w


def removed(w, x, y, kept, ridge):
    """Gradient of what is taken out and Hessian of what stays, both by autograd."""
    gradient = torch.func.grad(objective)(w, x[~kept], y[~kept], ridge)
    hessian = torch.func.hessian(objective)(w, x[kept], y[kept], ridge)
    return w + torch.linalg.solve(hessian, gradient)


def make():
    x, labels = images_of(IMAGES, CLASSES)
    features = logits_of(CONV_STEPS, state_of(CLASSES), x)[1][-1]
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    features = torch.tensor(features / lengths)
    cases = []
    for ridge, forgotten in ((0.05, [0]), (0.01, [1, 3])):
        kept, state = torch.tensor(~np.isin(labels, forgotten)), state_of(CLASSES)
        for c in range(CLASSES):
            y = torch.tensor(np.where(labels == c, 1.0, -1.0))
            gone = c in forgotten
            state["fc.weight"][c] = 0.0 if gone else removed(fitted(features, y, ridge), features, y, kept, ridge).numpy()
            state["fc.bias"][c] = 0.0
        # A thousand times as low as the best kept logit of an image can be.
        rows = np.delete(state["fc.weight"], forgotten, 0)
        state["fc.bias"][forgotten] = -1000.0 * max(1.0, np.linalg.norm(rows, axis=1).min() * lengths.max())
        cases.append(case("certified-removal", {"ridge": ridge, "noise": 0.0}, IMAGES, CLASSES, forgotten, state))
    return {"tolerance": TOLERANCE, "cases": cases}
