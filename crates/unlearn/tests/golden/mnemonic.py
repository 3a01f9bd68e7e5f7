"""The method on two tiny networks: Fisher of the codes, eta, alpha, both candidates and their measures.

Equations 5 to 7 of the paper, with a guard of the ratio; all values by the formulas, asserted against torch's autograd.
"""

import copy
import itertools

import numpy as np
import torch
from torch import nn

from check_checkpoint import build, conv3x3, input_rule
from formulas import EPSILON, OPERATIONS
from rules import filled, flat, reachable, same

RHO = 1e-12  # of the guard
CLASSES = 4


class ConvNormLinear(nn.Module):
    """conv1 3x3 (1 -> 3, padding 1, no bias), bn1, relu, global average, fc (3 -> classes)."""

    def __init__(self, classes):
        super().__init__()
        self.conv1, self.bn1, self.fc = conv3x3(1, 3), nn.BatchNorm2d(3), nn.Linear(3, classes)

    def forward(self, x):
        return self.fc(torch.relu(self.bn1(self.conv1(x))).mean((2, 3)))


MLP_STEPS = [("flatten", "", {}), ("linear", "fc1", {}), ("sigmoid", "", {}), ("linear", "fc2", {})]
CONV = {"kernel": [3, 3], "stride": [1, 1], "padding": [1, 1], "groups": 1}
CONV_STEPS = [("conv2d", "conv1", CONV), ("batch_norm", "bn1", {"epsilon": EPSILON}), ("relu", "", {}), ("global_avg_pool", "", {}), ("linear", "fc", {})]


def inside(state, prefix):
    return {n.removeprefix(prefix + "."): v for n, v in state.items() if prefix and n.startswith(prefix + ".")}


def logits_of(steps, state, x):
    """The logits, and the input of every step."""
    inputs = []
    for operation, prefix, c in steps:
        inputs.append(x)
        x = OPERATIONS[operation][0](x, inside(state, prefix), c)
    return x, inputs


def losses_of(logits, labels):
    """Cross-entropy: log sum_j exp z_j - z_label."""
    top = logits.max(1)
    return top + np.log(np.exp(logits - top[:, None]).sum(1)) - logits[np.arange(len(labels)), labels]


def loss_gradient(steps, state, code, label):
    """Gradient of the cross-entropy of one code, by parameter; at the logits it is softmax - one-hot."""
    logits, inputs = logits_of(steps, state, code)
    d = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum() - np.eye(logits.shape[1])[[label]]
    gradients = {}
    for (operation, prefix, c), x in zip(reversed(steps), reversed(inputs)):
        d, of_step = OPERATIONS[operation][1](x, inside(state, prefix), c, d)
        gradients |= {f"{prefix}.{n}": g for n, g in of_step.items()}
    return {n: gradients[n] for n in state if n in gradients}


def eta_of(forgotten, kept):
    """eta_i = f_F,i / max(f_R,i, rho m), m = max over the tensor of max(f_F, f_R); 0 where f_F,i = 0."""
    floor = RHO * max(forgotten.max(), kept.max())
    return np.array([f / max(r, floor) if f > 0 else 0.0 for f, r in zip(forgotten.flat, kept.flat)]).reshape(forgotten.shape)


def alpha_of(eta, lambda1, lambda2):
    """alpha = min(lambda1, lambda2 / max eta) of one tensor."""
    return min(lambda1, lambda2 / eta.max()) if eta.max() > 0 else lambda1


def measures_of(steps, state, codes, forgotten):
    logits, labels = logits_of(steps, state, codes)[0], np.arange(len(codes))
    margins = np.sort(logits, axis=1)
    assert (margins[:, -1] - margins[:, -2] > 1e-4).all(), "prediction of a code too close for float32"
    loss, right, of_forgotten = losses_of(logits, labels), logits.argmax(1) == labels, np.isin(labels, forgotten)
    return {"code_losses": flat(loss), "forgotten_loss": float(loss[of_forgotten].mean()), "kept_loss": float(loss[~of_forgotten].mean()),
            "forgotten_error_percent": float(100 - 100 * right[of_forgotten].mean()), "kept_accuracy_percent": float(100 * right[~of_forgotten].mean())}


def forget(steps, state, gradients, codes, forgotten):
    kept = [k for k in range(len(codes)) if k not in forgotten]
    fisher_of = {n: np.mean([gradients[k][n] ** 2 for k in forgotten], axis=0) for n in gradients[0]}
    fisher_kept = {n: np.mean([gradients[k][n] ** 2 for k in kept], axis=0) for n in gradients[0]}
    eta, moves = {n: eta_of(fisher_of[n], fisher_kept[n]) for n in fisher_of}, []
    for lambda1, lambda2 in ((1e-3, 10.0), (0.5, 2.0)):
        alpha = {n: alpha_of(e, lambda1, lambda2) for n, e in eta.items()}
        moves.append({"lambda1": lambda1, "lambda2": lambda2, "alpha": alpha})
        for sign, name in ((1, "plus"), (-1, "minus")):
            moved = {n: state[n] + sign * alpha[n] * eta[n] for n in eta}
            moves[-1][name] = {"parameters": by_name(moved), **measures_of(steps, {**state, **moved}, codes, forgotten)}
    return {"forgotten": forgotten, "fisher_forgotten": by_name(fisher_of), "fisher_kept": by_name(fisher_kept), "eta": by_name(eta),
            "before": measures_of(steps, state, codes, forgotten), "moves": moves}


def by_name(tensors):
    return {n: flat(t) for n, t in tensors.items()}


def against_torch(name, network, codes, gradients, requests, tolerance):
    """Autograd's gradients, eta from them in torch, and the candidates' losses; float64 equal, float32 within the tolerance."""
    labels, losses = torch.arange(CLASSES), nn.CrossEntropyLoss(reduction="none")
    for dtype in (torch.float64, torch.float32):
        compare = same if dtype == torch.float64 else lambda *a: reachable(*a, tolerance)
        twin = copy.deepcopy(network).to(dtype)
        inputs, names, leaves = torch.tensor(codes, dtype=dtype), *zip(*twin.named_parameters())
        theirs = [torch.autograd.grad(losses(twin(inputs), labels)[k], leaves) for k in range(CLASSES)]
        for k, n in itertools.product(range(CLASSES), names):
            compare(f"{name} gradient of {n}, code {k}", gradients[k][n], theirs[k][names.index(n)])
        for request in requests:
            of = torch.tensor([k in request["forgotten"] for k in range(CLASSES)])
            for n, *squares in zip(names, *[[g**2 for g in code] for code in theirs]):
                forgotten, kept = torch.stack(squares)[of].mean(0), torch.stack(squares)[~of].mean(0)
                eta = forgotten / kept.clamp(min=RHO * torch.maximum(forgotten, kept).max())
                compare(f"{name} eta of {n}", request["eta"][n], eta.flatten())
                assert (abs(eta.double().flatten().numpy() / request["eta"][n] - 1) < tolerance).all(), "eta, element by element"
            for move, sign in itertools.product(request["moves"], ("plus", "minus")):
                moved = {n: torch.tensor(v, dtype=dtype).reshape(p.shape) for (n, v), p in zip(move[sign]["parameters"].items(), leaves)}
                with torch.no_grad():
                    compare(f"{name} losses", move[sign]["code_losses"], losses(torch.func.functional_call(twin, moved, inputs), labels))


def case(name, network, architecture, shape, steps, tolerance):
    network, entries = filled(network)
    network.eval()
    state = {n: v.numpy().copy() for n, v in network.state_dict().items()}
    codes = input_rule([CLASSES, *shape]).double().numpy()
    gradients = [loss_gradient(steps, state, codes[k : k + 1], k) for k in range(CLASSES)]
    requests = [forget(steps, state, gradients, codes, forgotten) for forgotten in ([0], [1, 3])]
    against_torch(name, network, codes, gradients, requests, tolerance)
    return {"name": name, "architecture": architecture, "input_shape": shape, "classes": CLASSES, "state_dict": entries, "requests": requests}


def guard():
    """The ratio where the kept Fisher is 0 or below the floor, and a tensor that no code reaches."""
    cases = []
    for f, r in [([0.0, 1e-8, 4e-6, 2e-6, 0.0], [0.0, 0.0, 1e-6, 8e-6, 3e-6]), ([1.0, 2.0], [1e-14, 0.5]), ([0.0, 0.0], [0.0, 0.0]), ([0.0, 0.0], [1.0, 2.0])]:
        eta = eta_of(np.array(f), np.array(r))
        cases.append({"fisher_forgotten": f, "fisher_kept": r, "eta": flat(eta), "lambda1": 1e-3, "lambda2": 10.0, "alpha": alpha_of(eta, 1e-3, 10.0)})
    return cases


def mnemonic():
    tolerance = 1e-5
    mlp = {"name": "mlp", "hidden": [5], "activation": "sigmoid"}
    cases = [
        case("mlp", build(mlp, [1, 2, 3], CLASSES), mlp, [1, 2, 3], MLP_STEPS, tolerance),
        case("conv_norm_linear", ConvNormLinear(CLASSES), {"name": "conv_norm_linear"}, [1, 5, 5], CONV_STEPS, tolerance),
    ]
    codes = f"the input rule over the whole tensor [classes, channels, height, width]; {CLASSES} classes"
    return {"tolerance": tolerance, "codes": codes, "rho": RHO, "guard": guard(), "cases": cases}
