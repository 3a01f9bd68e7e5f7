"""Peak memory of training ResNet-18 (width 64, batch 128) on 32x32 images: the largest resident size of the command.

    python bench/training_memory.py [--command "cargo run --quiet --"] [--json FILE]
"""

import argparse
import json
import pathlib
import resource
import shlex
import subprocess
import tempfile

TRAIN = "train --data shapes --architecture resnet18 --width 64 --batch-size 128 --limit-per-class 26 --epochs 1 --seed 1"

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", default="cargo run --quiet --", help="how to call the command, once it is built")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        files = ["--out", f"{work}/m.safetensors", "--codes", f"{work}/c.safetensors", "--json"]
        call = shlex.split(arguments.command) + shlex.split(TRAIN) + files
        subprocess.run(call, check=True, stdout=subprocess.DEVNULL)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    record = {"schema": 1, "command": f"unlearn {TRAIN}", "peak_resident_bytes": peak}
    print(json.dumps(record))
    if arguments.json:
        arguments.json.write_text(json.dumps(record, indent=1) + "\n")
