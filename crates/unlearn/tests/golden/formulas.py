"""The operations in NumPy, each a pair of formulas, and torch's own beside them.

    forward(x, p, c) -> y
    backward(x, p, c, d) -> (gradient of x, gradient of each parameter by name)

x input, p parameters by name, c configuration, d gradient of the output. Gradients are summed over the batch: the
Fisher rule squares the gradients of batches of one. Modes: inference, but for `batch_norm_train`.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F

MOMENTUM, EPSILON = 0.1, 1e-5  # of batch normalisation, torch's defaults


def linear(x, p, c):
    return x @ p["weight"].T + p["bias"]


def linear_backward(x, p, c, d):
    rows_x, rows_d = x.reshape(-1, x.shape[-1]), d.reshape(-1, d.shape[-1])
    return d @ p["weight"], {"weight": rows_d.T @ rows_x, "bias": rows_d.sum(0)}


def windows(x, c):
    """(row, column, window of the padded input) of every output position, as slices."""
    (kh, kw), (sh, sw), (ph, pw) = c["kernel"], c["stride"], c["padding"]
    height, width = (x.shape[2] + 2 * ph - kh) // sh + 1, (x.shape[3] + 2 * pw - kw) // sw + 1
    return height, width, [
        (r, q, slice(r * sh, r * sh + kh), slice(q * sw, q * sw + kw)) for r in range(height) for q in range(width)
    ]


def pad(x, c, value=0.0):
    (ph, pw) = c["padding"]
    return np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=value)


def unpad(x, c):
    (ph, pw) = c["padding"]
    return x[:, :, ph : x.shape[2] - ph, pw : x.shape[3] - pw]


def group_of(o, p, c):
    """The input channels that output channel o sees."""
    outputs, inputs = p["weight"].shape[0], p["weight"].shape[1]
    group = o // (outputs // c["groups"])
    return slice(group * inputs, (group + 1) * inputs)


def conv2d(x, p, c):
    height, width, places = windows(x, c)
    padded, outputs = pad(x, c), p["weight"].shape[0]
    y = np.zeros((x.shape[0], outputs, height, width))
    for o in range(outputs):
        for r, q, rows, columns in places:
            y[:, o, r, q] = (padded[:, group_of(o, p, c), rows, columns] * p["weight"][o]).sum((1, 2, 3))
    return y + p["bias"].reshape(1, -1, 1, 1) if "bias" in p else y


def conv2d_backward(x, p, c, d):
    padded = pad(x, c)
    d_padded, d_weight = np.zeros_like(padded), np.zeros_like(p["weight"])
    for o in range(d.shape[1]):
        for r, q, rows, columns in windows(x, c)[2]:
            delta, channels = d[:, o, r, q].reshape(-1, 1, 1, 1), group_of(o, p, c)
            d_padded[:, channels, rows, columns] += delta * p["weight"][o]
            d_weight[o] += (delta * padded[:, channels, rows, columns]).sum(0)
    gradients = {"weight": d_weight}
    if "bias" in p:
        gradients["bias"] = d.sum((0, 2, 3))
    return unpad(d_padded, c), gradients


def channel(values, x):
    return values.reshape(1, -1, *[1] * (x.ndim - 2))


def all_but_channel(x):
    return tuple(axis for axis in range(x.ndim) if axis != 1)


def batch_norm(x, p, c):
    """Inference mode: y = weight (x - running_mean) / sqrt(running_var + epsilon) + bias."""
    normal = (x - channel(p["running_mean"], x)) / np.sqrt(channel(p["running_var"], x) + c["epsilon"])
    return channel(p["weight"], x) * normal + channel(p["bias"], x)


def batch_norm_backward(x, p, c, d):
    deviation = np.sqrt(channel(p["running_var"], x) + c["epsilon"])
    normal, axes = (x - channel(p["running_mean"], x)) / deviation, all_but_channel(x)
    return d * channel(p["weight"], x) / deviation, {"weight": (d * normal).sum(axes), "bias": d.sum(axes)}


def batch_norm_train(x, p, c):
    """Batch statistics normalise (biased variance); the running ones move by the momentum (unbiased variance)."""
    axes = all_but_channel(x)
    count = x.size // x.shape[1]
    mean, variance = x.mean(axes), x.var(axes)
    y = batch_norm(x, {**p, "running_mean": mean, "running_var": variance}, c)
    m = c["momentum"]
    running_mean = (1 - m) * p["running_mean"] + m * mean
    running_var = (1 - m) * p["running_var"] + m * variance * count / (count - 1)
    return y, {**p, "running_mean": running_mean, "running_var": running_var}


def batch_norm_train_backward(x, p, c, d):
    axes = all_but_channel(x)
    deviation = np.sqrt(channel(x.var(axes), x) + c["epsilon"])
    normal = (x - channel(x.mean(axes), x)) / deviation
    g = d * channel(p["weight"], x)
    dx = (g - channel(g.mean(axes), x) - normal * channel((g * normal).mean(axes), x)) / deviation
    return dx, {"weight": (d * normal).sum(axes), "bias": d.sum(axes)}


def relu(x, p, c):
    return np.maximum(x, 0)


def relu_backward(x, p, c, d):
    return d * (x > 0), {}


def leaky_relu(x, p, c):
    return np.where(x > 0, x, c["slope"] * x)


def leaky_relu_backward(x, p, c, d):
    return np.where(x > 0, d, c["slope"] * d), {}


def sigmoid(x, p, c):
    return 1 / (1 + np.exp(-x))


def sigmoid_backward(x, p, c, d):
    y = sigmoid(x, p, c)
    return d * y * (1 - y), {}


def normal_cdf(x):
    return 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def gelu(x, p, c):
    return x * normal_cdf(x)


def gelu_backward(x, p, c, d):
    return d * (normal_cdf(x) + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)), {}


def max_pool(x, p, c):
    height, width, places = windows(x, c)
    padded, y = pad(x, c, -np.inf), np.zeros((*x.shape[:2], height, width))
    for r, q, rows, columns in places:
        values = np.sort(padded[:, :, rows, columns].reshape(*x.shape[:2], -1), axis=2)
        assert (values[..., -1] - values[..., -2] > 1e-3).all(), "two largest values of a window too close for float32"
        y[:, :, r, q] = values[..., -1]
    return y


def max_pool_backward(x, p, c, d):
    padded = pad(x, c, -np.inf)
    d_padded = np.zeros_like(padded)
    for r, q, rows, columns in windows(x, c)[2]:
        window = padded[:, :, rows, columns]
        largest = window == window.max((2, 3), keepdims=True)
        d_padded[:, :, rows, columns] += largest * d[:, :, r : r + 1, q : q + 1]
    return unpad(d_padded, c), {}


def avg_pool(x, p, c):
    """The padding zeros count in the mean (torch's count_include_pad)."""
    height, width, places = windows(x, c)
    padded, y = pad(x, c), np.zeros((*x.shape[:2], height, width))
    for r, q, rows, columns in places:
        y[:, :, r, q] = padded[:, :, rows, columns].sum((2, 3)) / math.prod(c["kernel"])
    return y


def avg_pool_backward(x, p, c, d):
    d_padded = np.zeros_like(pad(x, c))
    for r, q, rows, columns in windows(x, c)[2]:
        d_padded[:, :, rows, columns] += d[:, :, r : r + 1, q : q + 1] / math.prod(c["kernel"])
    return unpad(d_padded, c), {}


def global_avg_pool(x, p, c):
    return x.mean((2, 3))


def global_avg_pool_backward(x, p, c, d):
    return np.broadcast_to(d[:, :, None, None], x.shape) / (x.shape[2] * x.shape[3]), {}


def flatten(x, p, c):
    return x.reshape(x.shape[0], -1)


def flatten_backward(x, p, c, d):
    return d.reshape(x.shape), {}


def unflatten(x, p, c):
    return x.reshape(len(x), *c["shape"])


def upsample(x, p, c):
    return x.repeat(c["factor"], 2).repeat(c["factor"], 3)


def upsample_backward(x, p, c, d):
    planes, f = x.shape, c["factor"]
    return d.reshape(*planes[:3], f, planes[3], f).sum((3, 5)), {}


OPERATIONS = {  # the two formulas above, and torch's own
    "linear": (linear, linear_backward, lambda x, p, c: F.linear(x, p["weight"], p["bias"])),
    "conv2d": (conv2d, conv2d_backward, lambda x, p, c: F.conv2d(x, p["weight"], p.get("bias"), c["stride"], c["padding"], 1, c["groups"])),
    "batch_norm": (batch_norm, batch_norm_backward,
                   lambda x, p, c: F.batch_norm(x, p["running_mean"], p["running_var"], p["weight"], p["bias"], False, 0, c["epsilon"])),
    "relu": (relu, relu_backward, lambda x, p, c: torch.relu(x)),
    "sigmoid": (sigmoid, sigmoid_backward, lambda x, p, c: torch.sigmoid(x)),
    "gelu": (gelu, gelu_backward, lambda x, p, c: F.gelu(x)),
    "max_pool": (max_pool, max_pool_backward, lambda x, p, c: F.max_pool2d(x, c["kernel"], c["stride"], c["padding"])),
    "avg_pool": (avg_pool, avg_pool_backward, lambda x, p, c: F.avg_pool2d(x, c["kernel"], c["stride"], c["padding"])),
    "global_avg_pool": (global_avg_pool, global_avg_pool_backward, lambda x, p, c: F.adaptive_avg_pool2d(x, 1).flatten(1)),
    "leaky_relu": (leaky_relu, leaky_relu_backward, lambda x, p, c: F.leaky_relu(x, c["slope"])),
    "unflatten": (unflatten, flatten_backward, lambda x, p, c: x.unflatten(1, c["shape"])),
    "upsample": (upsample, upsample_backward, lambda x, p, c: F.interpolate(x, scale_factor=c["factor"], mode="nearest")),
    "flatten": (flatten, flatten_backward, lambda x, p, c: x.flatten(1)),
}
