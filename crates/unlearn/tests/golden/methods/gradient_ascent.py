"""Gradient ascent: w <- w + rate * gradient of CE(D_F), the whole set in one batch."""

import numpy as np

from tiny import FULL, PLAIN, images_of, tuned

IMAGES, CLASSES, TOLERANCE = 8, 4, 1e-5


def make():
    x, labels = images_of(IMAGES, CLASSES)
    cases = []
    for settings, forgotten in zip(({**PLAIN}, {**FULL}), ([0], [1, 3])):
        of = np.isin(labels, forgotten)
        parts = [(-1.0, x[of], labels[of])]
        cases.append(tuned("gradient-ascent", settings, parts, IMAGES, CLASSES, forgotten, TOLERANCE))
    return {"tolerance": TOLERANCE, "cases": cases}
