#!/usr/bin/env python3
"""Train with codes, forget a class, measure, beside a model retrained without the class.

    experiments/demonstrate.py mnist --data FOLDER

FOLDER holds mnist/, fashion-mnist/ and cifar10/ (the layout of UNLEARN_DATA). Everything is done with the
command `unlearn`; the record with every command and every number goes to experiments/records/.

The lambdas are chosen by the codes alone, never by images: of a grid of pairs, those after which every kept code is
decoded and the forgotten code costs at least 15 nats, and of these the one that costs the kept codes least. If none
reaches the goal, the pair with the largest difference of the two losses is taken and the record says so.

Controls: the original, a model retrained without the class, and the bias shift (the forgotten class's output bias lowered by 1000),
which reaches E_F = 100 with no method at all.
"""

import argparse
import json
import pathlib
import re
import shlex
import struct
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
GOAL_NATS = 15.0
LAMBDA1 = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
LAMBDA2 = [0.03, 0.1, 0.3, 1.0, 3.0, 10.0]

DEMONSTRATIONS = {
    "mnist": {
        "folder": "mnist",
        "train": "--architecture mlp --hidden 1000 --activation sigmoid --learning-rate 0.01 --momentum 0.9"
        " --weight-decay 5e-4 --batch-size 128 --schedule constant --normalize none --mix 0.1"
        " --code-kind uniform --epochs 20",
        "classes": ["0", "3"],
    },
    "fashion-mnist": {
        "folder": "fashion-mnist",
        "train": "--architecture cnn --epochs 5 --code-kind normal",
        "classes": ["0", "8"],
    },
    "cifar10": {
        "folder": "cifar10",
        "train": "--architecture resnet18 --width 16 --epochs 8 --batch-size 128 --learning-rate 0.1"
        " --schedule one-cycle --pad-crop 4 --flip --code-kind uniform",
        "classes": ["airplane", "cat"],
    },
}


class Run:
    """Calls of the command, kept for the record."""

    def __init__(self, command, data, work):
        self.command, self.data, self.work, self.log = command, data, work, []

    def __call__(self, *words):
        words = [str(word) for word in words]
        print("unlearn", shlex.join(words), flush=True)
        done = subprocess.run([*self.command, *words], stdout=subprocess.PIPE, text=True, check=True)
        self.note(words)
        return json.loads(done.stdout)

    def note(self, words):
        shown = " ".join(str(word) for word in words)
        self.log.append("unlearn " + shown.replace(str(self.data), "DATA").replace(str(self.work), "OUT"))


def short(evaluation):
    keys = ["accuracy_percent", "kept_accuracy_percent", "forgotten_error_percent"]
    return {key: evaluation[key] for key in keys}


def choose(unlearn, model, codes, name, scope):
    """The pair that the codes prefer, with what they said of it."""
    tried = []
    for lambda1 in LAMBDA1:
        for lambda2 in LAMBDA2:
            result = unlearn("forget", model, "--codes", codes, "--class", name, "--scope", scope,
                             "--lambda1", lambda1, "--lambda2", lambda2, "--dry-run", "--json")
            tried.append({"lambda1": lambda1, "lambda2": lambda2, **result["codes"]})
    reached = [t for t in tried if t["forgotten_loss"] >= GOAL_NATS and t["kept_accuracy_percent"] == 100]
    if reached:
        return min(reached, key=lambda t: t["kept_loss"]), True, tried
    return max(tried, key=lambda t: t["forgotten_loss"] - t["kept_loss"]), False, tried


def shift_bias(model, classes, name):
    """A copy of a model's file with the class's output bias lowered by 1000."""
    data = bytearray(model.read_bytes())
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:start])
    bias = max(tensor for tensor in header if tensor.startswith("fc") and tensor.endswith(".bias"))
    place = start + header[bias]["data_offsets"][0] + 4 * classes.index(name)
    value = struct.unpack_from("<f", data, place)[0]
    struct.pack_into("<f", data, place, value - 1000.0)
    out = model.with_name("bias-shift.safetensors")
    out.write_bytes(data)
    return out


def forget_and_measure(unlearn, model, codes, name, scope, lambdas, data):
    out = model.with_name("forgotten.safetensors")
    forgot = unlearn("forget", model, "--codes", codes, "--class", name, "--scope", scope, "--lambda1", lambdas[0],
                     "--lambda2", lambdas[1], "--out", out, "--overwrite", "--json")
    measured = unlearn("evaluate", out, "--data", data, "--forgotten", name, "--json")
    keys = ["sign", "forget_seconds", "backward_passes", "parameters_changed", "largest_change", "codes"]
    return {"scope": scope, "lambda1": lambdas[0], "lambda2": lambdas[1],
            **{key: forgot[key] for key in keys}, **short(measured)}


def demonstrate(unlearn, plan, seed, model, oracle):
    data = unlearn.data / plan["folder"]
    codes = model.with_name(f"codes-{seed}.safetensors")
    words = shlex.split(plan["train"])
    train = ["train", "--data", data, *words, "--seed", seed, "--out", model, "--codes", codes, "--json"]
    if model.exists():
        unlearn.note(train)
        trained = json.loads(model.with_suffix(".json").read_text())
    else:
        trained = unlearn(*train)
        model.with_suffix(".json").write_text(json.dumps(trained))
    keys = ["epochs", "accuracy_percent", "code_accuracy_percent", "train_seconds", "samples_per_second", "model_digest"]
    record = {"seed": seed, "original": {key: trained[key] for key in keys}, "classes": []}
    for name in plan["classes"]:
        before = short(unlearn("evaluate", model, "--data", data, "--forgotten", name, "--json"))
        entry = {"class": name, "before": before, "forgotten": []}
        entry["forgotten"].append({"choice": "the paper's pair for MNIST", **forget_and_measure(
            unlearn, model, codes, name, "all", (1e-3, 10.0), data)})
        for scope in ["all", "classifier", "features"]:
            pair, reached, tried = choose(unlearn, model, codes, name, scope)
            choice = "chosen by the codes" if reached else "chosen by the codes, goal not reached"
            entry["forgotten"].append({"choice": choice, **forget_and_measure(
                unlearn, model, codes, name, scope, (pair["lambda1"], pair["lambda2"]), data), "tried": tried})
        names = [row["name"] for row in unlearn("evaluate", model, "--data", data, "--json")["classes"]]
        entry["bias_shift"] = short(unlearn(
            "evaluate", shift_bias(model, names, name), "--data", data, "--forgotten", name, "--json"))
        if oracle:
            retrained = model.with_name("retrained.safetensors")
            trained = unlearn("train", "--data", data, *words, "--seed", seed, "--without", name, "--out", retrained,
                    "--codes", model.with_name("retrained-codes.safetensors"), "--overwrite", "--json")
            entry["retrained"] = {"model_digest": trained["model_digest"], **short(
                unlearn("evaluate", retrained, "--data", data, "--forgotten", name, "--json"))}
        record["classes"].append(entry)
    return record


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=DEMONSTRATIONS)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--no-oracle", action="store_true", help="leave out retraining")
    parser.add_argument("--work", type=pathlib.Path, help="keep models here and use those that are there")
    parser.add_argument("--command", default="cargo run --quiet --", help="how to call the command")
    arguments = parser.parse_args()
    plan = DEMONSTRATIONS[arguments.name]
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or pathlib.Path(temporary)
        unlearn = Run(shlex.split(arguments.command), arguments.data, work)
        runs = [demonstrate(unlearn, plan, seed, work / f"{arguments.name}-{seed}.safetensors", not arguments.no_oracle)
                for seed in arguments.seeds]
    record = {"schema": 1, "demonstration": arguments.name, "train": plan["train"], "goal_nats": GOAL_NATS,
              "lambda1": LAMBDA1, "lambda2": LAMBDA2, "runs": runs,
              "commands": [line for line in unlearn.log if "--dry-run" not in line]}
    path = HERE / "records" / f"{arguments.name}.json"
    text = json.dumps(record, indent=1)
    # One line for each pair that was tried.
    text = re.sub(r"\{\s+(\"lambda1\": [^{}]+?\"kept_loss\": [^{}\s]+)\s+\}", lambda m: "{" + " ".join(m[1].split()) + "}", text)
    path.write_text(text + "\n")
    print(path)


if __name__ == "__main__":
    main()
