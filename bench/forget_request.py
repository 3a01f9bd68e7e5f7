"""Time and peak memory of forgetting one class of ResNet-18 (width 64, 10 classes) by the codes, as a process.

    cargo build && python bench/forget_request.py [--command target/debug/unlearn] [--runs N] [--json FILE]

The network is trained for a moment on drawn shapes, which is enough: time and memory do not depend on what it knows.
"""

import argparse
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import tempfile
import time

TRAIN = "train --data shapes --architecture resnet18 --width 64 --batch-size 16 --limit-per-class 8 --epochs 3 --seed 1"
FORGET = "forget M --codes C --class circle --method mnemonic --out F --overwrite"


def run(words, may_fail=False):
    """Seconds, largest resident size in bytes and output of a process that must succeed (or may exit with 1)."""
    start = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in ([0, 1] if may_fail else [0]):
        raise SystemExit(f"{shlex.join(words)}: exit {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, usage.ru_maxrss * 1024, output


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", default="target/debug/unlearn", help="how to call the command, once it is built")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    command = shlex.split(arguments.command)
    with tempfile.TemporaryDirectory() as work:
        files = {"M": f"{work}/m.safetensors", "C": f"{work}/c.safetensors", "F": f"{work}/f.safetensors"}
        run([*command, *TRAIN.split(), "--out", files["M"], "--codes", files["C"], "--json"])
        forget = [files.get(word, word) for word in FORGET.split()]
        runs = [run([*command, *forget, "--json"]) for _ in range(arguments.runs)]
        forgotten = [json.loads(output) for _, _, output in runs]
    parameters = forgotten[0]["parameters_total"]
    peak = max(peak for _, peak, _ in runs)
    record = {"schema": 1, "train": f"unlearn {TRAIN}", "command": f"unlearn {FORGET}", "parameters": parameters,
              "process_seconds": [seconds for seconds, _, _ in runs], "process_seconds_median": statistics.median(s for s, _, _ in runs),
              "forget_seconds_median": statistics.median(record["forget_seconds"] for record in forgotten),
              "peak_resident_bytes": peak, "copies_of_the_parameters": peak / (4 * parameters)}
    print(json.dumps(record, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(record, indent=1) + "\n")
