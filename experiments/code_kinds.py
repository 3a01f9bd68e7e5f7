#!/usr/bin/env python3
"""Which codes does a network learn? Trains briefly with each kind of code and notes how many it decodes.

    experiments/code_kinds.py --data FOLDER

FOLDER as for demonstrate.py. Only training images and codes are looked at; the record goes to experiments/records/code-kinds.json.
"""

import argparse
import json
import pathlib
import shlex
import subprocess
import tempfile

RECORD = pathlib.Path(__file__).resolve().parent / "records" / "code-kinds.json"
NETWORKS = {
    "fashion-mnist, mlp": "--data DATA/fashion-mnist --architecture mlp --limit-per-class 1000 --epochs 5",
    "fashion-mnist, cnn": "--data DATA/fashion-mnist --architecture cnn --width 16 --limit-per-class 1000 --epochs 5",
    "faces, resnet18": "--data DATA/orl_faces --architecture resnet18 --width 16 --flip --epochs 12 --batch-size 32",
    "cifar10, resnet18": "--data DATA/cifar10 --architecture resnet18 --width 8 --limit-per-class 400 --epochs 5",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--command", default="cargo run --quiet --", help="how to call the command")
    arguments = parser.parse_args()
    rows = []
    for network, words in NETWORKS.items():
        for kind in ["uniform", "normal"]:
            for block in [1, 4]:
                with tempfile.TemporaryDirectory() as work:
                    train = f"train {words} --code-kind {kind} --code-block {block} --seed 1"
                    call = shlex.split(arguments.command) + shlex.split(train.replace("DATA", str(arguments.data)))
                    call += ["--out", f"{work}/m.safetensors", "--codes", f"{work}/c.safetensors", "--json"]
                    trained = json.loads(subprocess.run(call, stdout=subprocess.PIPE, check=True).stdout)
                last = trained["history"][-1]
                row = {"network": network, "code_kind": kind, "code_block": block, "command": f"unlearn {train}",
                       "code_accuracy_percent": trained["code_accuracy_percent"],
                       "code_accuracy_percent_while_training": last["code_accuracy_percent"],
                       "training_accuracy_percent": last["accuracy_percent"]}
                print(row, flush=True)
                rows.append(row)
    RECORD.write_text(json.dumps({"schema": 1, "code_kinds": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
