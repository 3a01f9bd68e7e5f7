"""Peak memory of training ResNet-18 (width 64, batch 128) on 32x32 images: the largest resident size of the command, and of PyTorch.

    cargo build --workspace && python bench/training_memory.py [--command target/debug/unlearn] [--torch-python PYTHON] [--json FILE]
"""

import argparse
import json
import pathlib
import resource
import shlex
import subprocess
import tempfile

PEER = pathlib.Path(__file__).resolve().parent / "peers/torch_peer.py"
TRAIN = "train --data shapes --architecture resnet18 --width 64 --batch-size 128 --limit-per-class 26 --epochs 1 --seed 1"

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", default="target/debug/unlearn", help="how to call the command, once it is built")
    parser.add_argument("--torch-python")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        files = ["--out", f"{work}/m.safetensors", "--codes", f"{work}/c.safetensors", "--json"]
        call = shlex.split(arguments.command) + shlex.split(TRAIN) + files
        subprocess.run(call, check=True, stdout=subprocess.DEVNULL)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    record = {"schema": 1, "command": f"unlearn {TRAIN}", "peak_resident_bytes": peak}
    if arguments.torch_python:
        peer = [arguments.torch_python, str(PEER), "--only", "none", "--memory"]
        told = json.loads(subprocess.run(peer, check=True, stdout=subprocess.PIPE).stdout)
        record["torch_peak_resident_bytes"] = told["peak_memory_mib/resnet18-64"] * 2**20
    print(json.dumps(record))
    if arguments.json:
        arguments.json.write_text(json.dumps(record, indent=1) + "\n")
