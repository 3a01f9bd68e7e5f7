"""Boundary Shrink: descend CE on D_F under y' = argmax f(x + sign(grad_x CE(f(x), y)) floor(255 radius) / 255), f the model as it was."""

import numpy as np

from tiny import FULL, PLAIN, backward, cross_entropy_gradient, forward, images_of, state_of, tuned

IMAGES, CLASSES, TOLERANCE = 8, 4, 1e-5


def nearest(x, labels, radius):
    state = state_of(CLASSES)
    z, inputs, _ = forward(state, x, "running")
    _, slope = backward(state, inputs, cross_entropy_gradient(z, labels), "running")
    size = abs(slope)
    assert ((size == 0) | (size > 1e-4 * size.max())).all(), "a sign too close for float32"
    levels = np.clip(np.round(255 * x) + np.floor(255 * radius) * np.sign(slope), 0, 255)
    z, _, _ = forward(state, levels / 255, "running")
    ranked = np.sort(z)
    assert (ranked[:, -1] - ranked[:, -2] > 1e-4).all(), "an answer too close for float32"
    return z.argmax(1)


def make():
    x, labels = images_of(IMAGES, CLASSES)
    cases = []
    for radius, tune, forgotten in ((0.1, PLAIN, [0]), (0.5, FULL, [1, 3])):
        of = np.isin(labels, forgotten)
        answers = nearest(x[of], labels[of], radius)
        assert (answers != labels[of]).any(), "no label changes"
        parts = [(1.0, x[of], answers)]
        cases.append(tuned("boundary-shrink", {"radius": radius, **tune}, parts, IMAGES, CLASSES, forgotten, TOLERANCE))
    return {"tolerance": TOLERANCE, "cases": cases}
