"""Makes the golden values of this folder: one JSON file a topic.

    python -m pip install -r requirements.txt
    python make.py            # writes the files
    python make.py --check    # recomputes and compares with the files
    python make.py methods/neggrad_plus    # that topic alone

Every formula is written out in NumPy float64 (formulas.py, mnemonic.py, many_models.py, methods/), on inputs rounded to float32 (rules.py), and
asserted against torch's autograd, torch.optim and torchvision. Only the networks are torch's own (check_checkpoint.py).

Tolerance: a float32 tensor t passes if max|t - expected| <= tolerance * max|expected|. torch in float32 is asserted to
stay within a third of it, so that a failing test means a wrong formula and not rounding.
"""

import importlib
import json
import math
import pathlib
import sys

import numpy as np
import torch
from torch import nn

from check_checkpoint import Reconstruction, build, input_rule
from check_checkpoint import vote as torch_vote
from ensembles import add, add_backward, reconstruction, reconstruction_backward, vote, vote_backward
from formulas import EPSILON, MOMENTUM, OPERATIONS, batch_norm, batch_norm_train, batch_norm_train_backward
from many_models import many_models
from mnemonic import mnemonic
from rules import RULES, fill_rule, filled, flat, loss_rule, reachable, same, signed_rule

HERE = pathlib.Path(__file__).parent


def operation_case(name, operation, shape, configuration, state, tolerance):
    forward, backward, reference = OPERATIONS[operation]
    c, x, p = configuration, signed_rule(shape), {n: fill_rule(k, n, s) for k, (n, s) in enumerate(state)}
    y = forward(x, p, c)
    d = loss_rule(y.shape)
    dx, gradients = backward(x, p, c, d)
    samples = [slice(b, b + 1) for b in range(shape[0])]
    fisher = {n: sum(backward(x[b], p, c, d[b])[1][n] ** 2 for b in samples) for n in gradients}
    for dtype in (torch.float64, torch.float32):
        tx, td, tp = (torch.tensor(x, dtype=dtype, requires_grad=True), torch.tensor(d, dtype=dtype),
                      {n: torch.tensor(v, dtype=dtype, requires_grad=n in gradients) for n, v in p.items()})
        compare = same if dtype == torch.float64 else lambda *a: reachable(*a, tolerance)
        ty, leaves = reference(tx, tp, c), [tp[n] for n in gradients]
        compare(f"{name} output", y, ty.detach())
        for n, ours, theirs in zip(["input", *gradients], [dx, *gradients.values()], torch.autograd.grad((ty * td).sum(), [tx, *leaves])):
            compare(f"{name} gradient of {n}", ours, theirs)
        loop = [torch.autograd.grad((reference(tx[b], tp, c) * td[b]).sum(), leaves) for b in samples if leaves]
        for n, *per_sample in zip(gradients, *loop):
            compare(f"{name} fisher of {n}", fisher[n], sum(g**2 for g in per_sample))
    return {"name": name, "operation": operation, "configuration": c, "input_shapes": [shape], "state": state,
            "output_shape": list(y.shape), "output": flat(y), "input_gradients": [flat(dx)],
            "gradients": {n: flat(g) for n, g in gradients.items()}, "fisher": {n: flat(f) for n, f in fisher.items()}}


def joining_case(name, operation, shapes, configuration, state, formulas, tolerance, theirs):
    """Several inputs, each at the offset where the one before it ends, none of whose parameters is trained."""
    offsets = [sum(math.prod(s) for s in shapes[:place]) for place in range(len(shapes))]
    c, xs, p = configuration, [signed_rule(s, o) for s, o in zip(shapes, offsets)], {n: fill_rule(k, n, s) for k, (n, s) in enumerate(state)}
    forward, backward = formulas
    y = forward(xs, p, c)
    d = loss_rule(y.shape)
    gradients = backward(xs, p, c, d)
    for dtype in (torch.float64, torch.float32):
        tx = [torch.tensor(x, dtype=dtype, requires_grad=True) for x in xs]
        ty = theirs(tx, {n: torch.tensor(v, dtype=dtype) for n, v in p.items()}, c)
        compare = same if dtype == torch.float64 else lambda *a: reachable(*a, tolerance)
        compare(f"{name} output", y, ty.detach())
        for place, (ours, gradient) in enumerate(zip(gradients, torch.autograd.grad((ty * torch.tensor(d, dtype=dtype)).sum(), tx))):
            compare(f"{name} gradient of input {place}", ours, gradient)
    return {"name": name, "operation": operation, "configuration": c, "input_shapes": shapes, "state": state,
            "output_shape": list(y.shape), "output": flat(y), "input_gradients": [flat(g) for g in gradients], "gradients": {}, "fisher": {}}


def torch_reconstruction(xs, p, c):
    score = Reconstruction(c["known"], c["classes"]).to(xs[0].dtype)
    score.load_state_dict(p)
    return score(xs[0], xs[1:])


def joining_cases(tolerance):
    """A sum passes the gradient to both unchanged; the parts of an ensemble."""
    moments = lambda known: [["running_mean", [len(known)]], ["running_var", [len(known)]]]
    sum_of = (add, add_backward)
    cases = [joining_case("add", "add", [[2, 3, 4]] * 2, {}, [], sum_of, tolerance, lambda xs, p, c: xs[0] + xs[1])]
    for rule in ("one-hot", "softmax"):
        theirs = lambda xs, p, c: torch_vote(xs, c["vote"])
        cases.append(joining_case(f"vote_{rule}", "vote", [[6, 5]] * 3, {"vote": rule}, [], (vote, vote_backward), tolerance, theirs))
    for known, classes in (([0, 1, 2], 3), ([1, 2, 4], 6)):
        shapes, c = [[4, 2, 2, 3]] + [[4, 12]] * len(known), {"classes": classes, "known": known}
        formulas = (reconstruction, reconstruction_backward)
        name = "reconstruction" if len(known) == classes else "reconstruction_absent"
        cases.append(joining_case(name, "reconstruction", shapes, c, moments(known), formulas, tolerance, torch_reconstruction))
    return cases


def operations():
    tolerance = 1e-5
    cases = joining_cases(tolerance)
    weights = [["weight", [4, 5]], ["bias", [4]]]
    norm = [[n, [3]] for n in ("weight", "bias", "running_mean", "running_var")]
    planes = [2, 3, 6, 5]

    def sliding(kernel, stride, padding, **more):
        return {"kernel": kernel, "stride": stride, "padding": padding, **more}

    def conv(name, inputs, outputs, kernel, stride, padding, groups=1, bias=False):
        state = [["weight", [outputs, inputs // groups, *kernel]]] + [["bias", [outputs]]] * bias
        configuration = {"in_channels": inputs, "out_channels": outputs, **sliding(kernel, stride, padding, groups=groups, bias=bias)}
        return (name, "conv2d", [2, inputs, 6, 5], configuration, state)

    for case in [
        ("linear", "linear", [3, 5], {"in_features": 5, "out_features": 4}, weights),
        ("linear_sequence", "linear", [2, 3, 5], {"in_features": 5, "out_features": 4}, weights),
        conv("conv2d_k3_s1_p1_bias", 3, 4, [3, 3], [1, 1], [1, 1], bias=True),
        conv("conv2d_k3_s2_p1", 3, 4, [3, 3], [2, 2], [1, 1]),
        conv("conv2d_k1_s2_p0", 3, 4, [1, 1], [2, 2], [0, 0]),
        conv("conv2d_depthwise", 3, 3, [3, 3], [1, 1], [1, 1], groups=3, bias=True),
        conv("conv2d_groups2", 4, 6, [3, 3], [1, 1], [1, 1], groups=2, bias=True),
        conv("conv2d_k3x1", 3, 4, [3, 1], [1, 1], [1, 0], bias=True),
        conv("conv2d_k2_s1_p0", 3, 4, [2, 2], [1, 1], [0, 0]),
        ("batch_norm_planes", "batch_norm", planes, {"channels": 3, "epsilon": EPSILON}, norm),
        ("batch_norm_features", "batch_norm", [4, 3], {"channels": 3, "epsilon": EPSILON}, norm),
        ("relu", "relu", [2, 3, 4], {}, []),
        ("sigmoid", "sigmoid", [2, 3, 4], {}, []),
        ("gelu", "gelu", [2, 3, 4], {}, []),
        ("max_pool_k2_s2", "max_pool", planes, sliding([2, 2], [2, 2], [0, 0]), []),
        ("max_pool_k3_s2_p1", "max_pool", planes, sliding([3, 3], [2, 2], [1, 1]), []),
        ("avg_pool_k2_s2", "avg_pool", planes, sliding([2, 2], [2, 2], [0, 0]), []),
        ("avg_pool_k3_s2_p1", "avg_pool", planes, sliding([3, 3], [2, 2], [1, 1]), []),
        ("global_avg_pool", "global_avg_pool", planes, {}, []),
        ("flatten", "flatten", [2, 3, 2, 2], {}, []),
        ("leaky_relu", "leaky_relu", [2, 3, 4], {"slope": 0.2}, []),
        ("unflatten", "unflatten", [2, 12], {"shape": [3, 2, 2]}, []),
        ("upsample", "upsample", [2, 3, 2, 4], {"factor": 2}, []),
    ]:
        cases.append(operation_case(*case, tolerance))
    return {"tolerance": tolerance, "cases": cases}


MLP = {"name": "mlp", "hidden": [7], "activation": "relu"}


def architectures():
    tolerance, cases = 1e-4, []
    for name, architecture, shape, classes in [
        ("mlp_sigmoid", {"name": "mlp", "hidden": [7], "activation": "sigmoid"}, [1, 3, 4], 5),
        ("mlp_relu", {"name": "mlp", "hidden": [8, 6], "activation": "relu"}, [1, 3, 4], 5),
        ("cnn_grey", {"name": "cnn", "width": 4}, [1, 28, 28], 10),
        ("cnn_colour", {"name": "cnn", "width": 4}, [3, 32, 32], 10),
        ("resnet18_narrow", {"name": "resnet18", "width": 4}, [3, 32, 32], 10),
        ("sisa_one_hot", {"name": "sisa", "member": MLP, "shards": 3, "class_shards": 3, "vote": "one-hot"}, [1, 3, 4], 5),
        ("sisa_softmax", {"name": "sisa", "member": {"name": "cnn", "width": 2}, "shards": 2, "class_shards": 1, "vote": "softmax"}, [3, 8, 8], 5),
        ("arcane", {"name": "arcane", "hidden": [7], "known": [0, 1, 2]}, [1, 3, 4], 3),
        ("arcane_deleted", {"name": "arcane", "hidden": [5, 3, 5], "known": [1, 3]}, [1, 3, 4], 4),
    ]:
        logits = {}
        for mode, batch in (("eval", 2), ("train", 4)):
            network, entries = filled(build(architecture, shape, classes))
            x, network = input_rule([batch, *shape]), network.train(mode == "train")
            with torch.no_grad():
                logits[mode] = network(x.double()).tolist()
                network, _ = filled(network)  # the training pass moved the running statistics
                reachable(f"{name} {mode}", logits[mode], network.float()(x), tolerance)
        cases.append({"name": name, "architecture": architecture, "input_shape": shape, "classes": classes, "state_dict": entries,
                      "eval_logits": logits["eval"], "train_logits": logits["train"]})
    return {"tolerance": tolerance, "cases": cases, "resnet18_standard": standard_resnet18()}


def standard_resnet18():
    """Width 64: torchvision's names and shapes, but for the first convolution's 3x3 instead of 7x7."""
    from torchvision.models import resnet18

    network = build({"name": "resnet18", "width": 64}, [3, 32, 32], 10)
    entries = [[n, list(t.shape), str(t.dtype).removeprefix("torch.")] for n, t in network.state_dict().items()]
    theirs = {n: list(t.shape) for n, t in resnet18(num_classes=10).state_dict().items()}
    assert theirs.pop("conv1.weight") == [64, 3, 7, 7]
    assert [n for n, _, _ in entries] == list(resnet18().state_dict()), "names and order"
    assert {n: s for n, s, _ in entries if n != "conv1.weight"} == theirs
    count = sum(p.numel() for p in network.parameters())
    assert count == 11_173_962
    return {"architecture": {"name": "resnet18", "width": 64}, "input_shape": [3, 32, 32], "classes": 10, "parameters": count, "state_dict": entries}


def batch_norm_case(name, shape, tolerance):
    c = {"channels": shape[1], "momentum": MOMENTUM, "epsilon": EPSILON}
    state = [[n, [shape[1]]] for n in ("weight", "bias", "running_mean", "running_var")]
    p = {n: fill_rule(k, n, s) for k, (n, s) in enumerate(state)}
    theirs = {t: {n: torch.tensor(v, dtype=t, requires_grad=n in ("weight", "bias")) for n, v in p.items()} for t in (torch.float64, torch.float32)}
    size, steps = math.prod(shape), []
    for step in range(2):
        x, d = signed_rule(shape, step * size), loss_rule(shape)
        dx, gradients = batch_norm_train_backward(x, p, c, d)
        y, p = batch_norm_train(x, p, c)
        for dtype, q in theirs.items():
            compare = same if dtype == torch.float64 else lambda *a: reachable(*a, tolerance)
            tx = torch.tensor(x, dtype=dtype, requires_grad=True)
            ty = nn.functional.batch_norm(tx, q["running_mean"], q["running_var"], q["weight"], q["bias"], True, MOMENTUM, EPSILON)
            t_gradients = torch.autograd.grad((ty * torch.tensor(d, dtype=dtype)).sum(), [tx, q["weight"], q["bias"]])
            ours = [y, dx, *gradients.values(), p["running_mean"], p["running_var"]]
            for a, b in zip(ours, [ty.detach(), *t_gradients, q["running_mean"], q["running_var"]]):
                compare(f"{name} step {step}", a, b)
        steps.append({"input_offset": step * size, "output": flat(y), "input_gradient": flat(dx), "gradients": {n: flat(g) for n, g in gradients.items()},
                      "running_mean": flat(p["running_mean"]), "running_var": flat(p["running_var"])})
    inference = flat(batch_norm(signed_rule(shape, 2 * size), p, c))
    return {"name": name, "configuration": c, "input_shape": shape, "state": state, "steps": steps,
            "inference": {"input_offset": 2 * size, "output": inference}}


def batch_norms():
    tolerance = 1e-4
    return {"tolerance": tolerance, "cases": [batch_norm_case("planes", [3, 3, 2, 4], tolerance), batch_norm_case("features", [5, 3], tolerance)]}


def sgd(w, gradients, learning_rate, momentum, weight_decay):
    """g' = g + weight_decay w; v = momentum v + g' (first step v = g', dampening 0); w = w - learning_rate v."""
    v = np.zeros_like(w)
    for g in gradients:
        v = momentum * v + g + weight_decay * w
        w = w - learning_rate * v
        yield w


def adam(w, gradients, learning_rate, beta1, beta2, epsilon, weight_decay):
    """g' = g + weight_decay w; m, v moving means of g', g'^2; w = w - learning_rate m^ / (sqrt(v^) + epsilon), ^ = / (1 - beta^t)."""
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        g = g + weight_decay * w
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        w = w - learning_rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + epsilon)
        yield w


def optimizers():
    tolerance, cases = 1e-6, []
    start = [0.5, -1.25, 2.0, -0.0625, 0.75, 1.0]
    gradients = [[0.25, -0.5, 1.0, 0.125, -2.0, 0.0], [0.5, 0.25, -0.75, 0.125, -1.0, 0.0], [-0.25, 1.5, 0.5, 0.0, 0.0625, 0.0]]
    adam_defaults = {"learning_rate": 1e-2, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
    for name, formula, settings in [
        ("sgd_momentum", sgd, {"learning_rate": 0.1, "momentum": 0.9, "weight_decay": 5e-4}),
        ("sgd_plain", sgd, {"learning_rate": 0.1, "momentum": 0.0, "weight_decay": 0.0}),
        ("adam", adam, {**adam_defaults, "weight_decay": 0.0}),
        ("adam_weight_decay", adam, {**adam_defaults, "weight_decay": 1e-2}),
    ]:
        steps = list(formula(np.array(start), np.array(gradients), **settings))
        for dtype in (torch.float64, torch.float32):
            w = nn.Parameter(torch.tensor(start, dtype=dtype))
            lr, decay = settings["learning_rate"], settings["weight_decay"]
            optimizer = torch.optim.SGD([w], lr, settings["momentum"], 0.0, decay) if formula is sgd else torch.optim.Adam([w], lr, weight_decay=decay)
            for ours, g in zip(steps, gradients):
                w.grad = torch.tensor(g, dtype=dtype)
                optimizer.step()
                (same if dtype == torch.float64 else lambda *a: reachable(*a, tolerance))(name, ours, w.detach())
        cases.append({"name": name, "optimizer": formula.__name__, "settings": settings, "parameters_after": [flat(w) for w in steps]})
    return {"tolerance": tolerance, "parameters": start, "gradients": gradients, "cases": cases}


def layout(value, indent=""):
    """JSON with objects and lists of objects over several lines, and lists of numbers on one."""
    inner = indent + " "
    if isinstance(value, dict) and value:
        return "{\n" + ",\n".join(f"{inner}{json.dumps(k)}: {layout(v, inner)}" for k, v in value.items()) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        return "[\n" + ",\n".join(inner + layout(v, inner) for v in value) + f"\n{indent}]"
    return json.dumps(value)


def agree(where, ours, stored):
    """Equal but for the last digits of float64, which differ between machines."""
    if isinstance(ours, dict):
        assert list(ours) == list(stored), f"{where}: keys {list(ours)}, stored {list(stored)}"
        for key in ours:
            agree(f"{where}.{key}", ours[key], stored[key])
    elif isinstance(ours, list):
        assert len(ours) == len(stored), f"{where}: {len(ours)} values, stored {len(stored)}"
        for i, pair in enumerate(zip(ours, stored)):
            agree(f"{where}[{i}]", *pair)
    elif isinstance(ours, float):
        assert math.isclose(ours, stored, rel_tol=1e-8, abs_tol=1e-14), f"{where}: {ours}, stored {stored}"
    else:
        assert ours == stored, f"{where}: {ours}, stored {stored}"


def main():
    topics = [("architectures", architectures), ("operations", operations), ("batch_norm", batch_norms), ("optimizers", optimizers), ("mnemonic", mnemonic),
              ("many_models", many_models)]
    for script in sorted((HERE / "methods").glob("*.py")):  # one a method, each with its own file
        topics.append((f"methods/{script.stem}", importlib.import_module(f"methods.{script.stem}").make))
    wanted = [argument for argument in sys.argv[1:] if argument != "--check"]
    check, names = "--check" in sys.argv, [topic for topic, _ in topics]
    if not set(wanted) <= set(names):
        sys.exit(f"{__doc__}\ntopics: {' '.join(names)}")
    for topic, make in topics:
        if wanted and topic not in wanted:
            continue
        values, path = {"made_by": "make.py", "precision": "float64", "rules": RULES, **make()}, HERE / f"{topic}.json"
        if check:
            agree(topic, values, json.loads(path.read_text()))
            print(f"{path.name}: agrees")
        else:
            path.write_text(layout(values) + "\n")
            print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
