#!/usr/bin/env python3
"""How often, and which, codes are planted: what it costs and what forgetting makes of it.

    experiments/planting.py --data FOLDER --work FOLDER

No test image is touched: of the training images of MNIST and Fashion-MNIST the last 10,000 are held out, networks are trained on the others with each
kind of code and each probability (--mix), and without codes, and every class is forgotten alone with `unlearn forget`'s defaults. Record: records/planting.json.
"""

import argparse
import gzip
import statistics

import command
import recipes

SETS = {
    "mnist": "--data DATA --architecture mlp --hidden 1000 --activation sigmoid --learning-rate 0.01 --momentum 0.9 --weight-decay 5e-4"
    " --batch-size 128 --schedule constant --normalize none --epochs 10",
    "fashion": "--data DATA --architecture cnn --width 16 --epochs 3",
}
KINDS = ["uniform", "normal"]
MIXES = [0.05, 0.1, 0.3, 0.5]
HELD_OUT = 10_000


def hold_out(data, work, name):
    """A folder of IDX files whose test part is the last of the training images."""
    folder = work / f"{name}-held-out"
    folder.mkdir(exist_ok=True)
    for kind, header, size in [("images-idx3", 16, 28 * 28), ("labels-idx1", 8, 1)]:
        content = gzip.decompress((data / recipes.FOLDERS[name] / f"train-{kind}-ubyte.gz").read_bytes())
        count = int.from_bytes(content[4:8], "big")
        cut = header + (count - HELD_OUT) * size
        for part, samples, body in [("train", count - HELD_OUT, content[header:cut]), ("t10k", HELD_OUT, content[cut:])]:
            path = folder / f"{part}-{kind}-ubyte"
            path.write_bytes(content[:4] + samples.to_bytes(4, "big") + content[8:header] + body)
    return folder


def measure(unlearn, name, folder, kind, mix, seed):
    words = SETS[name].replace("DATA", str(folder)) + f" --mix {mix} --code-kind {kind} --seed {seed}"
    tag = f"planting-{name}-{kind}-{mix}-{seed}"
    model, codes, trained = unlearn.train(tag, words)
    row = {"data": name, "code_kind": kind if mix else None, "mix": mix, "seed": seed, "accuracy_percent": trained["accuracy_percent"],
           "code_accuracy_percent": trained["code_accuracy_percent"]}
    if not mix:
        return row
    classes = [entry["name"] for entry in unlearn("evaluate", model, "--data", folder)["classes"]]
    files = []
    for label in classes:
        out = unlearn.work / f"{tag}-{label}.forgotten.safetensors"
        unlearn("forget", model, "--codes", codes, "--class", label, "--method", "mnemonic", "--out", out, "--overwrite", "--max-kept-loss", 1e9)
        files.append(out)
    original, *forgotten = unlearn("evaluate", model, *files, "--data", folder)["models"]
    changes, errors = [], []
    for place, after in enumerate(forgotten):
        right = lambda confusion: sum(confusion[c][c] for c in range(len(classes)) if c != place)
        images = sum(sum(original["confusion"][c]) for c in range(len(classes)) if c != place)
        changes.append(100 * (right(after["confusion"]) - right(original["confusion"])) / images)
        errors.append(100 - 100 * after["confusion"][place][place] / sum(after["confusion"][place]))
    for out in files:
        out.unlink()
    return {**row, "mean_change_of_kept_accuracy": statistics.mean(changes), "worst_change_of_kept_accuracy": min(changes),
            "mean_forgotten_error_percent": statistics.mean(errors), "least_forgotten_error_percent": min(errors)}


def main():
    parser = command.arguments(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    options = parser.parse_args()
    unlearn = command.Command(options.command, options.data, options.work)
    rows = []
    for seed in options.seeds:
        for name in SETS:
            folder = hold_out(options.data, options.work, name)
            for kind, mix in [("uniform", 0.0)] + [(kind, mix) for kind in KINDS for mix in MIXES]:
                rows.append(measure(unlearn, name, folder, kind, mix, seed))
                print(rows[-1], flush=True)
    command.write("planting", {"train": SETS, "held_out": HELD_OUT, "rows": rows})


if __name__ == "__main__":
    main()
