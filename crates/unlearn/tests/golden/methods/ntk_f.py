"""NTK-F over the last layer, with the paper's own kernel: w_lin = -G (G^T G + N ridge I)^-1 r, G the gradients of all logits."""

import numpy as np
import torch

from tiny import case, forward, images_of, softmax, state_of, torch_network

IMAGES, CLASSES, TOLERANCE = 12, 4, 1e-5
LAYER = ("fc.weight", "fc.bias")


def linear(x, labels, ridge):
    """G by autograd, a column for each image and logit."""
    state = state_of(CLASSES)
    network = torch_network(state, CLASSES, torch.float64, "running")
    layer = [network.fc.weight, network.fc.bias]
    z = network(torch.tensor(x))
    columns = [torch.cat([g.flatten() for g in torch.autograd.grad(z_k, layer, retain_graph=True)]) for z_k in z.flatten()]
    g = torch.stack(columns, 1).numpy()
    r = (softmax(forward(state, x, "running")[0]) - np.eye(CLASSES)[labels]).ravel()
    return -g @ np.linalg.solve(g.T @ g + len(x) * ridge * np.eye(len(r)), r)


def trapezium(delta, rest):
    """n / |delta| of the paper, theta the angle between the two."""
    length, other = np.linalg.norm(delta), np.linalg.norm(rest)
    cosine = delta @ rest / (length * other)
    theta = np.arccos(cosine) - (np.pi / 2 if cosine < 0 else 0)
    return (length + 2 * (np.sin if cosine < 0 else np.cos)(theta) * other) / length


def make():
    x, labels = images_of(IMAGES, CLASSES)
    cases = []
    for ridge, scale, forgotten in ((0.1, 1.0, [0]), (0.01, 2.5, [1, 3]), (0.1, None, [2]), (0.02, None, [0, 3])):
        kept, state = ~np.isin(labels, forgotten), state_of(CLASSES)
        without = linear(x[kept], labels[kept], ridge)
        delta = without - linear(x, labels, ridge)
        # Initial weights are 0 on average.
        trained = np.concatenate([state[n].ravel() for n in LAYER])
        moves = (trapezium(delta, trained - without) if scale is None else scale) * delta
        for n, move in zip(LAYER, np.split(moves, [state[LAYER[0]].size])):
            state[n] = state[n] + move.reshape(state[n].shape)
        cases.append(case("ntk-f", {"ridge": ridge, "scale": scale}, IMAGES, CLASSES, forgotten, state))
    return {"tolerance": TOLERANCE, "cases": cases}
