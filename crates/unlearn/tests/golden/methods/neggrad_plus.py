"""NegGrad+: w <- w - rate * gradient of alpha CE(D_R) - (1 - alpha) CE(D_F), both whole sets in one batch."""

import numpy as np

from tiny import FULL, PLAIN, images_of, tuned

IMAGES, CLASSES, TOLERANCE = 8, 4, 1e-5


def make():
    x, labels = images_of(IMAGES, CLASSES)
    cases = []
    for settings, forgotten in (({"alpha": 0.95, **PLAIN}, [0]), ({"alpha": 0.6, **FULL}, [1, 3])):
        of = np.isin(labels, forgotten)
        parts = [(settings["alpha"], x[~of], labels[~of]), (settings["alpha"] - 1, x[of], labels[of])]
        cases.append(tuned("neggrad-plus", settings, parts, IMAGES, CLASSES, forgotten, TOLERANCE))
    return {"tolerance": TOLERANCE, "cases": cases}
