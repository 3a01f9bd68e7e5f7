"""Error min-max noise: noise that raises the loss of forgotten classes, lowers that of kept ones; one step on all of it."""

import numpy as np

from methods.fast_mu import NOISE, noise_by_torch, noise_of
from tiny import FULL, PLAIN, tuned

IMAGES, CLASSES, TOLERANCE = 8, 4, 1e-5


def make():
    cases = []
    for settings, forgotten in (({**NOISE, "noise_used": 2, **PLAIN}, [0]), ({**NOISE, **FULL}, [1, 3])):
        settings = {**settings, "kept_noise_steps": 2, "batch_size": 64}
        count = settings.get("noise_used", NOISE["noise_images"]) * NOISE["noise_copies"]
        noises = []
        for c in range(CLASSES):
            goal = (c, -1.0, NOISE["noise_penalty"], NOISE["noise_steps"]) if c in forgotten else (c, 1.0, 0.0, settings["kept_noise_steps"])
            noises.append(np.repeat(noise_of(*goal)[:1], count, 0))
            assert np.allclose(noises[-1][:1], noise_by_torch(*goal)[:1], rtol=1e-10, atol=1e-12)
        parts = [(1.0, np.concatenate(noises), np.repeat(np.arange(CLASSES), count))]
        cases.append(tuned("error-noise", settings, parts, IMAGES, CLASSES, forgotten, TOLERANCE))
    return {"tolerance": TOLERANCE, "cases": cases}
