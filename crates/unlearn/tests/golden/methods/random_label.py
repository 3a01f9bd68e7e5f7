"""Random label: w <- w - rate * gradient of CE(D_R and D_F under other labels). Of two classes the other label is the only one."""

import numpy as np

from tiny import FULL, PLAIN, images_of, tuned

IMAGES, CLASSES, TOLERANCE = 8, 2, 1e-5


def make():
    x, labels = images_of(IMAGES, CLASSES)
    cases = []
    for settings, forgotten in zip(({**PLAIN}, {**FULL}), ([0], [1])):
        of = np.isin(labels, forgotten)
        parts = [(1.0, x, np.where(of, 1 - labels, labels))]
        cases.append(tuned("random-label", settings, parts, IMAGES, CLASSES, forgotten, TOLERANCE))
    return {"tolerance": TOLERANCE, "cases": cases}
