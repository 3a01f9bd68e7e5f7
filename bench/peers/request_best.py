"""A request to forget (paper, Algorithm 2, whole network): the quickest that we can write in PyTorch.

    python request_best.py MODEL CODES CLASS [--totals] [--lambda1 X] [--lambda2 X] [--threads N] [--runs N] [--classes N]

Beside request_naive.py: operations over all tensors at once (torch._foreach), no copy of the network (the weights are moved one
way, asked, moved the other way), the sign decided by as few codes as settle it, inference mode. With --totals the sums
over classes of squared gradients are known beforehand, so that one backward pass is left. --classes N takes a network of
N outputs with weights and codes drawn at random instead of files. Prints a JSON object as request_naive.py does.
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn

from request_naive import GUARD, build, forget as forget_naively, load


def squares(network, parameters, codes, label):
    loss = nn.functional.cross_entropy(network(codes[label : label + 1]), torch.tensor([label]))
    gradients = torch.autograd.grad(loss, parameters)
    torch._foreach_mul_(gradients, gradients)
    return gradients


def totals_of(network, codes):
    parameters = list(network.parameters())
    totals = [torch.zeros_like(p) for p in parameters]
    for label in range(len(codes)):
        torch._foreach_add_(totals, squares(network, parameters, codes, label))
    return totals


def steps_of(f, k, lambdas):
    lambda1, lambda2 = lambdas
    largest = torch.stack([torch.maximum(a.amax(), b.amax()) for a, b in zip(f, k)]).tolist()
    torch._foreach_maximum_(k, [GUARD * most for most in largest])
    torch._foreach_div_(f, k)
    tops = torch.stack([eta.amax() for eta in f]).tolist()
    torch._foreach_mul_(f, [min(lambda1, lambda2 / top) if top > 0 else 0.0 for top in tops])
    return f


def forget(network, codes, forgotten, lambdas, totals=None):
    parameters = list(network.parameters())
    f = list(squares(network, parameters, codes, forgotten))
    if totals is None:
        k = [torch.zeros_like(p) for p in parameters]
        for label in range(len(codes)):
            if label != forgotten:
                torch._foreach_add_(k, squares(network, parameters, codes, label))
    else:
        k = torch._foreach_sub(totals, f)
        torch._foreach_clamp_min_(k, 0.0)
    torch._foreach_div_(k, len(codes) - 1)
    steps = steps_of(f, k, lambdas)
    kept = [label for label in range(len(codes)) if label != forgotten]
    with torch.inference_mode():
        answers = {}
        torch._foreach_add_(parameters, steps)
        answers["+"] = network(codes[forgotten : forgotten + 1]).argmax().item() != forgotten
        torch._foreach_add_(parameters, steps, alpha=-2.0)
        first = network(codes[[forgotten, kept[0]]]).argmax(1).tolist()
        answers["-"] = first[0] != forgotten
        if answers["-"] and not answers["+"] and first[1] == kept[0]:
            return "-"  # settled: the other sign scores less even if it decodes every kept code
        labels = torch.arange(len(codes))
        def score():
            logits = network(codes)
            losses = nn.functional.cross_entropy(logits, labels, reduction="none")
            right, is_kept = logits.argmax(1) == labels, labels != forgotten
            return (100 * (~right[forgotten]).float() + 100 * right[is_kept].float().mean()).item(), (losses[forgotten] - losses[is_kept].mean()).item()
        minus = score()
        torch._foreach_add_(parameters, steps, alpha=2.0)
        if score() > minus:
            return "+"
        torch._foreach_add_(parameters, steps, alpha=-2.0)
        return "-"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?")
    parser.add_argument("codes", nargs="?")
    parser.add_argument("forgotten_class", nargs="?")
    parser.add_argument("--totals", action="store_true")
    parser.add_argument("--naive", action="store_true", help="request_naive.py's way, for --classes")
    parser.add_argument("--classes", type=int)
    parser.add_argument("--lambda1", type=float, default=1e-3)
    parser.add_argument("--lambda2", type=float, default=10.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.classes:
        torch.manual_seed(1)
        network = build({"name": "resnet18", "width": 64}, [3, 32, 32], options.classes).eval()
        codes, place = torch.rand(options.classes, 3, 32, 32), 0
    else:
        network, codes, classes = load(options.model, options.codes)
        place = classes.index(options.forgotten_class)
    totals = totals_of(network, codes) if options.totals else None
    before, lambdas, seconds = [p.detach().clone() for p in network.parameters()], (options.lambda1, options.lambda2), []
    for _ in range(options.runs):
        start = time.perf_counter()
        if options.naive:
            _, sign = forget_naively(network, codes, place, *lambdas)
        else:
            sign = forget(network, codes, place, lambdas, totals)
        seconds.append(time.perf_counter() - start)
        with torch.no_grad():
            torch._foreach_copy_(list(network.parameters()), before)
    print(json.dumps({"torch": torch.__version__, "seconds_median": statistics.median(seconds), "seconds": seconds, "sign": sign}))


if __name__ == "__main__":
    main()
