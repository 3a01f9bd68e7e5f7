"""The rules that make parameters, inputs and losses, and the comparisons with torch.

No weights are stored in the golden files: the Rust tests repeat these rules.
"""

import math

import numpy as np
import torch

RULES = {
    "fill": "element i (row-major) of state_dict entry k (0-based, buffers counted): s = sin(1 + 0.7 k + 0.618 i) in float64; "
    "rank >= 2: s / sqrt(product of the dims after the first); rank-1 weight: 1 + 0.1 s; bias and running_mean: 0.1 s; "
    "running_var: 1 + 0.5 s; num_batches_tracked: 0; then rounded to float32",
    "input": "x_i = 0.5 + 0.5 sin(0.37 (offset + i) + 0.11), i flat over the whole tensor, offset 0 unless given, float64 rounded to float32",
    "signed_input": "x_i = 0.5 sin(0.37 (offset + i) + 0.11), i flat over the whole tensor, float64 rounded to float32",
    "loss": "sum_i output_i c_i, c_i = cos(0.5 i + 0.2), i flat over the whole output, float64 rounded to float32",
    "tolerance": "max|got - expected| <= tolerance * max|expected|, per tensor",
}


def rounded(values, shape):
    return np.array(values, dtype=np.float64).astype(np.float32).astype(np.float64).reshape(shape)


def fill_rule(k, name, shape):
    s = [math.sin(1 + 0.7 * k + 0.618 * i) for i in range(math.prod(shape))]
    last = name.rsplit(".", 1)[-1]
    if last == "num_batches_tracked":
        return np.zeros(shape)
    if len(shape) >= 2:
        return rounded([v / math.sqrt(math.prod(shape[1:])) for v in s], shape)
    if last == "weight":
        return rounded([1 + 0.1 * v for v in s], shape)
    if last == "running_var":
        return rounded([1 + 0.5 * v for v in s], shape)
    return rounded([0.1 * v for v in s], shape)  # bias, running_mean


def signed_rule(shape, offset=0):
    return rounded([0.5 * math.sin(0.37 * (offset + i) + 0.11) for i in range(math.prod(shape))], shape)


def loss_rule(shape):
    return rounded([math.cos(0.5 * i + 0.2) for i in range(math.prod(shape))], shape)


def same(what, formula, reference):
    """The formula's float64 values equal torch's float64 values."""
    formula, reference = np.asarray(formula), np.asarray(reference)
    assert formula.shape == reference.shape, f"{what}: shape {formula.shape}, torch {reference.shape}"
    scale = max(1e-30, np.abs(reference).max())
    assert np.abs(formula - reference).max() <= 1e-12 * scale, f"{what}: {formula} torch: {reference}"


def reachable(what, expected, single, tolerance):
    """torch's float32 values stay within a third of the tolerance."""
    expected, single = np.asarray(expected), np.asarray(single, dtype=np.float64)
    error = np.abs(expected - single).max() / max(1e-30, np.abs(expected).max())
    assert error <= tolerance / 3, f"{what}: float32 is off by {error:.1e} of the maximum, tolerance {tolerance}"


def flat(values):
    return np.asarray(values, dtype=np.float64).ravel().tolist()


def filled(network):
    """The network in float64 with its state by the fill rule, and the state as [name, shape, dtype]."""
    entries = [[n, list(t.shape), str(t.dtype).removeprefix("torch.")] for n, t in network.state_dict().items()]
    network.double().load_state_dict({n: torch.tensor(fill_rule(k, n, s)) for k, (n, s, _) in enumerate(entries)})
    return network, entries
