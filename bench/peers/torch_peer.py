"""The benchmarks' work in PyTorch: prints one JSON object {"forward/mlp": median milliseconds, ...}.

    python torch_peer.py [--only PATTERN] [--seconds PER_ROW] [--threads N] [--device cpu|cuda:N] [--memory]

Rows (operation/model), the same as of `cargo bench -p unlearn --bench speed`:
  forward        inference mode, no gradients, one batch
  training_step  training mode: forward, cross-entropy, backward, SGD (momentum 0.9, weight decay 5e-4), gradients cleared
  fisher_loop    10 codes, one backward of one code each, inference mode, squares summed
  perturbation   eta, alpha and both candidates' parameters from f_F and f_R that are already computed
  ssd, sfdn      these methods (methods.py) on 32 and 4 drawn images per class; not for resnet18-64
Measure on an idle machine: beside other load the thread pool spins and the figures mean nothing.
Models: mlp 784-1000-10 with sigmoid, batch 128; resnet18-16 and resnet18-64 (widths), 3x32x32, batch 32.
--memory adds "peak_memory_mib/resnet18-64": this process's peak while training at batch 128, libraries included.
"""

import argparse
import json
import pathlib
import re
import resource
import statistics
import sys
import time

import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "crates/unlearn/tests/golden"))
import methods  # noqa: E402
from check_checkpoint import build  # noqa: E402

CLASSES = 10
MODELS = {  # architecture, input shape, batch
    "mlp": ({"name": "mlp", "hidden": [1000], "activation": "sigmoid"}, [1, 28, 28], 128),
    "resnet18-16": ({"name": "resnet18", "width": 16}, [3, 32, 32], 32),
    "resnet18-64": ({"name": "resnet18", "width": 64}, [3, 32, 32], 32),
}
LAMBDA1, LAMBDA2, RHO = 1e-3, 10.0, 1e-12
FEWEST_RUNS = 5


def forward(network, inputs):
    network.eval()

    def run():
        with torch.no_grad():
            network(inputs)

    return run


def training_step(network, inputs):
    network.train()
    labels = torch.arange(len(inputs), device=inputs.device) % CLASSES
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)

    def run():
        nn.functional.cross_entropy(network(inputs), labels).backward()
        optimizer.step()
        optimizer.zero_grad()

    return run


def fisher_loop(network, inputs):
    network.eval()
    parameters, codes = list(network.parameters()), torch.rand(CLASSES, *inputs.shape[1:], device=inputs.device)

    def run():
        squares = [torch.zeros_like(p) for p in parameters]
        for label in range(CLASSES):
            loss = nn.functional.cross_entropy(network(codes[label : label + 1]), torch.tensor([label], device=codes.device))
            for total, g in zip(squares, torch.autograd.grad(loss, parameters)):
                total.addcmul_(g, g)
        return squares

    return run


def perturbation(network, inputs):
    weights = [p.detach() for p in network.parameters()]
    fisher = [(torch.rand_like(w), torch.rand_like(w)) for w in weights]

    def run():
        candidates = []
        for w, (forgotten, kept) in zip(weights, fisher):
            floor = RHO * torch.maximum(forgotten.max(), kept.max())
            eta = torch.where(forgotten > 0, forgotten / torch.maximum(kept, floor), 0.0)
            move = min(LAMBDA1, LAMBDA2 / eta.max().item()) * eta
            candidates.append((w + move, w - move))
        return candidates

    return run


def on_images(method, per_class):
    """A row of a method that takes images."""

    def row(network, inputs):
        network.eval()
        labels = torch.arange(CLASSES, device=inputs.device).repeat_interleave(per_class)
        images = torch.rand(len(labels), *inputs.shape[1:], device=inputs.device)
        return lambda: method(network, images, labels, 0)

    return row


OPERATIONS = {f.__name__: f for f in (forward, training_step, fisher_loop, perturbation)}
OPERATIONS |= {"ssd": on_images(methods.ssd, 32), "sfdn": on_images(methods.sfdn, 4)}
LEFT_OUT = {"ssd/resnet18-64", "sfdn/resnet18-64"}  # minutes


def waiting(run, device):
    """The same, until the device has done it."""
    if device.type != "cuda":
        return run

    def run_and_wait():
        run()
        torch.cuda.synchronize(device)

    return run_and_wait


def median_ms(run, seconds):
    """Median of the runs that fit into the time, after a warm-up of a fifth of it (two runs at least)."""
    warm_until = time.perf_counter() + seconds / 5
    run()
    run()
    while time.perf_counter() < warm_until:
        run()
    times, until = [], time.perf_counter() + seconds
    while len(times) < FEWEST_RUNS or time.perf_counter() < until:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def training_memory_mib():
    architecture, shape, _ = MODELS["resnet18-64"]
    run = training_step(build(architecture, shape, CLASSES), torch.rand(128, *shape))
    for _ in range(3):
        run()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB; bytes on macOS
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", default="", metavar="PATTERN", help="regular expression searched in operation/model")
    options.add_argument("--seconds", type=float, default=5.0, metavar="PER_ROW")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--device", type=torch.device, default="cpu", metavar="cpu|cuda:N")
    options.add_argument("--memory", action="store_true")
    options = options.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    rows = {}
    if options.memory:  # first, so that no other row raises the peak
        rows["peak_memory_mib/resnet18-64"] = training_memory_mib()
    for operation, prepare in OPERATIONS.items():
        for model, (architecture, shape, batch) in MODELS.items():
            if f"{operation}/{model}" not in LEFT_OUT and re.search(options.only, f"{operation}/{model}"):
                network, device = build(architecture, shape, CLASSES).to(options.device), options.device
                run = waiting(prepare(network, torch.rand(batch, *shape, device=device)), device)
                rows[f"{operation}/{model}"] = median_ms(run, options.seconds)
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
