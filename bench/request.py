"""One request over the whole network (ResNet-18, width 64, 10 classes): ours directly, ours enrolled, of the class's own output, the default, and PyTorch's (the naive loop, the best, the best with stored sums), by turns.

    cargo build --workspace && python bench/request.py --torch-python PYTHON [--command target/debug/unlearn] [--device NAME] [--runs N] [--json FILE]

The network is trained on drawn shapes until it knows its codes. Each turn runs every row once as a process: `forget_seconds` is the
forgetting alone, `process_seconds` all of it (reading, forgetting, measuring, writing), with the peak of resident memory.
A fresh process waits for memory above all, so its forgetting is told for a process that has it as well: `in_memory` has ours (the median
of five in one process), torch_naive_in_memory and PyTorch's best ones (of three; they write nothing) stand beside.
--device names what our side works on (docs/devices.md); `in_memory`, whose benchmark works on the processor, is left out beside a card. PyTorch's naive loop works on the same card where that is one, else on
the processor; PyTorch's best are written for the processor and left out beside a card.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

from beside_torch import torch_device_of
from forget_request import run

ROOT = pathlib.Path(__file__).resolve().parents[1]
LAMBDAS = "--lambda1 1e-3 --lambda2 10"
TRAIN = "train --data shapes --architecture resnet18 --width 64 --batch-size 16 --limit-per-class 16 --epochs 25 --seed 1"


def rows(work, options):
    forget = f"{options.command} forget --device {options.device} {work}/m --codes {work}/c --class circle --json --overwrite --out"
    found = {
        "direct": f"{forget} {work}/direct {LAMBDAS}",
        "enrolled": f"{forget} {work}/enrolled {LAMBDAS} --enrolment {work}/e",
        "output": f"{forget} {work}/output --method mnemonic",
        "output_enrolled": f"{forget} {work}/known --method mnemonic --enrolment {work}/e",
        "default": f"{forget} {work}/default",
    }
    if options.torch_python:
        torch_device = torch_device_of(options.device)
        peers = f"{options.torch_python} bench/peers"
        if torch_device == "cpu":
            best = f"{peers}/request_best.py {work}/m {work}/c circle {LAMBDAS} --runs 3"
            found["torch_best"] = best
            found["torch_best_totals"] = f"{best} --totals"
        naive = f"{peers}/request_naive.py {work}/m {work}/c circle {LAMBDAS}"
        found["torch_naive_in_memory"] = f"{naive} --runs 3"
        naive += f" --out {work}/naive --beside {work}/direct"
        found["torch_naive"] = f"{naive} --device {torch_device}"
    return {name: command.split() for name, command in found.items()}


def in_memory(work):
    """Our rows in one process, as `cargo bench` has them, with the allocator's settings of the command."""
    bench = f"cargo bench --quiet --workspace --locked --bench request -- {work}/m {work}/c".split()
    told = subprocess.run(bench, check=True, stdout=subprocess.PIPE, env={**os.environ, "MIMALLOC_PURGE_DELAY": "1000"}).stdout
    return json.loads(told)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch-python")
    parser.add_argument("--command", default="target/debug/unlearn", help="how to call the command, once it is built")
    parser.add_argument("--device", default="flex", metavar="NAME")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=lambda path: pathlib.Path(path).resolve())
    options = parser.parse_args()
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as work:
        ours = f"{options.command} %s --device {options.device} --json"
        run((ours % f"{TRAIN} --out {work}/m --codes {work}/c").split())
        enrolled = json.loads(run((ours % f"enrol {work}/m --codes {work}/c --out {work}/e").split())[2])
        commands, measured = rows(work, options), {}
        for _ in range(options.runs):
            for name, command in commands.items():
                seconds, peak, output = run(command)
                told = json.loads(output)
                forgetting = told.get("forget_seconds", told.get("seconds_median"))
                measured.setdefault(name, []).append((forgetting, seconds, peak, told.get("sign"), told.get("backward_passes"), told))
        warm = in_memory(work) if options.device == "flex" else None
    parameters = enrolled["parameters_total"]
    record = {"schema": 1, "train": f"unlearn {TRAIN}", "device": options.device, "cores": os.cpu_count(), "runs": options.runs, "parameters": parameters,
              "enrol_seconds": enrolled["enrol_seconds"], **({"in_memory": warm} if warm else {}), "rows": {}}
    for name, runs in measured.items():
        forgetting, process, peaks, signs, passes, told = zip(*runs)
        record["rows"][name] = {"forget_seconds_median": statistics.median(forgetting), "forget_seconds": forgetting,
                                "process_seconds_median": statistics.median(process), "process_seconds": process,
                                "copies_of_the_parameters": max(peaks) / (4 * parameters), "sign": signs[0], "backward_passes": passes[0],
                                **{key: told[0][key] for key in ("torch", "largest_difference") if key in told[0]}}
    print(json.dumps(record, indent=1))
    if options.json:
        options.json.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
