"""A request to forget (paper, Algorithm 2, whole network) as anyone would write it in PyTorch.

    python request_naive.py MODEL CODES CLASS [--lambda1 X] [--lambda2 X] [--threads N] [--device cpu|cuda:N] [--runs N] [--out FILE] [--beside FILE]

One forward and backward pass per class, both candidates copied, the codes asked again with each. MODEL and CODES are files
of `unlearn train` (resnet18). Prints a JSON object: seconds of the forgetting alone (median and runs), the sign; with
--out the weights are stored too; with --beside the largest difference from another result is told, as a part of the
largest move in its tensor.
"""

import argparse
import copy
import json
import pathlib
import statistics
import sys
import time

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "crates/unlearn/tests/golden"))
from check_checkpoint import build  # noqa: E402

GUARD = 1e-12


def load(path, codes_path):
    with safe_open(path, "pt") as file:
        description = json.loads(file.metadata()["unlearn"])
    network = build(description["architecture"], description["input_shape"], len(description["classes"]))
    network.load_state_dict(load_file(path))
    return network.eval(), load_file(codes_path)["codes"], description["classes"]


def forget(network, codes, forgotten, lambda1, lambda2):
    parameters = list(network.parameters())
    sums = {is_forgotten: [torch.zeros_like(p) for p in parameters] for is_forgotten in (True, False)}
    for label in range(len(codes)):
        loss = nn.functional.cross_entropy(network(codes[label : label + 1]), torch.tensor([label], device=codes.device))
        for total, gradient in zip(sums[label == forgotten], torch.autograd.grad(loss, parameters)):
            total += gradient**2
    steps = []
    for f, k in zip(sums[True], sums[False]):
        k = k / (len(codes) - 1)
        eta = torch.where(f > 0, f / torch.maximum(k, GUARD * torch.maximum(f.max(), k.max())), 0.0)
        alpha = min(lambda1, lambda2 / eta.max().item()) if eta.max() > 0 else 0.0
        steps.append(alpha * eta)
    labels = torch.arange(len(codes), device=codes.device)
    candidates = []
    for sign in (1, -1):
        candidate = copy.deepcopy(network)
        with torch.no_grad():
            for p, step in zip(candidate.parameters(), steps):
                p += sign * step
            logits = candidate(codes)
        losses = nn.functional.cross_entropy(logits, labels, reduction="none")
        right, is_kept = logits.argmax(1) == labels, labels != forgotten
        score = 100 * (~right[forgotten]).float() + 100 * right[is_kept].float().mean()
        margin = losses[forgotten] - losses[is_kept].mean()
        candidates.append((score.item(), margin.item(), -sign, candidate))
    best = max(candidates, key=lambda c: c[:3])
    return best[3], "+" if best[2] < 0 else "-"


def largest_difference(before, ours, theirs):
    """The largest |ours - theirs| of any weight, as a part of the largest |ours - before| in its tensor."""
    moves = {name: (ours[name] - before[name]).abs().max().item() for name in before if before[name].is_floating_point()}
    return max((ours[name] - theirs[name]).abs().max().item() / move for name, move in moves.items() if move > 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("codes")
    parser.add_argument("forgotten_class")
    parser.add_argument("--lambda1", type=float, default=1e-3)
    parser.add_argument("--lambda2", type=float, default=10.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", type=torch.device, default="cpu", metavar="cpu|cuda:N")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--out")
    parser.add_argument("--beside")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    network, codes, classes = load(options.model, options.codes)
    network, codes = network.to(options.device), codes.to(options.device)
    place, seconds = classes.index(options.forgotten_class), []
    for _ in range(options.runs):
        start = time.perf_counter()
        moved, sign = forget(network, codes, place, options.lambda1, options.lambda2)
        if options.device.type == "cuda":
            torch.cuda.synchronize(options.device)
        seconds.append(time.perf_counter() - start)
    network, moved = network.cpu(), moved.cpu()
    if options.out:
        save_file(moved.state_dict(), options.out)
    record = {"torch": torch.__version__, "seconds_median": statistics.median(seconds), "seconds": seconds, "sign": sign}
    if options.beside:
        record["largest_difference"] = largest_difference(network.state_dict(), moved.state_dict(), load_file(options.beside))
    print(json.dumps(record))


if __name__ == "__main__":
    main()
