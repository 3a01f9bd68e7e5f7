"""The operations over several inputs, in NumPy, each a pair of formulas: what puts an ensemble's parts together.

    forward(xs, p, c) -> y
    backward(xs, p, c, d) -> gradient of each input

xs inputs, p parameters by name, c configuration, d gradient of the output. torch's statements are in check_checkpoint.py.
"""

import numpy as np


def add(xs, p, c):
    return xs[0] + xs[1]


def add_backward(xs, p, c, d):
    return [d, d]


def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def vote(xs, p, c):
    """log(count / M + 1e-6), of equals the first; or the log of the mean softmax."""
    if c["vote"] == "one-hot":
        return np.log(sum(np.eye(x.shape[1])[x.argmax(1)] for x in xs) / len(xs) + 1e-6)
    return np.log(sum(softmax(x) for x in xs) / len(xs))


def vote_backward(xs, p, c, d):
    """Of the mean softmax for both: d_j r_mj - p_mj sum_k d_k r_mk, r_mk = p_mk / sum_m p_mk."""
    of = [softmax(x) for x in xs]
    parts = [d * p / sum(of) for p in of]
    return [part - p * part.sum(1, keepdims=True) for p, part in zip(of, parts)]


def scores(xs, p):
    """Per sample and known class: (mean - |x - r|^2 / n) / sqrt(variance + 1e-12)."""
    x = xs[0].reshape(len(xs[0]), -1)
    errors = np.stack([((x - r) ** 2).mean(1) for r in xs[1:]], 1)
    return (p["running_mean"] - errors) / np.sqrt(p["running_var"] + 1e-12)


def reconstruction(xs, p, c):
    of_known = scores(xs, p)
    z = np.tile(of_known.min(1, keepdims=True) - 100.0, (1, c["classes"]))
    z[:, c["known"]] = of_known
    return z


def reconstruction_backward(xs, p, c, d):
    x, of_known = xs[0].reshape(len(xs[0]), -1), scores(xs, p)
    absent = [k for k in range(c["classes"]) if k not in c["known"]]
    d_known = d[:, c["known"]].copy()
    d_known[np.arange(len(x)), of_known.argmin(1)] += d[:, absent].sum(1)
    d_known = d_known / np.sqrt(p["running_var"] + 1e-12)
    of_restored = [2 * d_known[:, [k]] * (x - r) / x.shape[1] for k, r in enumerate(xs[1:])]
    return [-sum(of_restored).reshape(xs[0].shape), *of_restored]
