"""CF-k: fine-tuning in which the last layer, or the last two, move alone: fc, bn1."""

import numpy as np

from tiny import FULL, PLAIN, images_of, tuned

IMAGES, CLASSES, TOLERANCE = 8, 4, 1e-5


def make():
    x, labels = images_of(IMAGES, CLASSES)
    cases = []
    for settings, forgotten in zip(({"layers": 1, **PLAIN}, {"layers": 2, **FULL}), ([0], [1, 3])):
        layers = ("bn1", "fc")[-settings["layers"] :]
        of = np.isin(labels, forgotten)
        parts = [(1.0, x[~of], labels[~of])]
        cases.append(tuned("cf-k", settings, parts, IMAGES, CLASSES, forgotten, TOLERANCE, lambda name: name.split(".")[0] in layers))
    return {"tolerance": TOLERANCE, "cases": cases}
