#!/usr/bin/env python3
"""Which part of a network should move? The automatic strength in each scope, for every class, measured on TRAINING images.

    experiments/scopes.py --data FOLDER --work FOLDER

Models as in every_request.py (seed 1) and those trained for longer; 5,000 training images of MNIST and Fashion-MNIST, 1,000 of CIFAR-10. This is where the default scope and the gate's
limit come from; no test image is touched. Record: records/scopes.json.
"""

import argparse
import gzip
import itertools
import os
import statistics

import command
import recipes

SCOPES = ["output", "classifier", "all"]
NAMES = ["mnist", "fashion", "cifar", "mnist-long", "fashion-long"]


def sample(data, work, name):
    """A folder whose test part is some of the training images."""
    folder = work / f"{recipes.FOLDERS[name]}-sample"
    source = data / recipes.FOLDERS[name]
    if folder.exists():
        return folder
    if (source / "train").is_dir():
        for label in sorted(entry.name for entry in (source / "train").iterdir()):
            images = itertools.islice(sorted((source / "train" / label).iterdir()), 100)
            for part in ["train", "test"]:
                (folder / part / label).mkdir(parents=True)
            for image in images:
                for part in ["train", "test"]:
                    os.symlink(image.resolve(), folder / part / label / image.name)
        return folder
    folder.mkdir()
    for kind, header, size in [("images-idx3", 16, 28 * 28), ("labels-idx1", 8, 1)]:
        content = gzip.decompress((source / f"train-{kind}-ubyte.gz").read_bytes())
        part = content[:4] + (5000).to_bytes(4, "big") + content[8:header] + content[header:header + 5000 * size]
        for place in ["train", "t10k"]:
            (folder / f"{place}-{kind}-ubyte").write_bytes(part)
    return folder


def measure(unlearn, name):
    file = name if name.endswith("-long") else f"{name}-1"
    model, codes, _ = unlearn.train(file, recipes.training(name, 1))
    images = sample(unlearn.data, unlearn.work, name)
    original = unlearn("evaluate", model, "--data", images)
    confusion, names = original["confusion"], [row["name"] for row in original["classes"]]
    rows, files = [], []
    for scope in SCOPES:
        for place, label in enumerate(names):
            out = unlearn.work / f"scopes-{name}-{scope}-{place}.forgotten.safetensors"
            made = unlearn("forget", model, "--codes", codes, "--class", label, "--scope", scope, "--max-kept-loss", 1e9,
                           "--out", out, "--overwrite", may_fail=True)
            step = made["steps"][0]
            row = {"data": name, "scope": scope, "class": label, "reached": step["reached"]}
            rows.append(row)
            if step["reached"] and out.exists():
                row.update(kept_loss_rise=step["after"]["kept_loss"] - step["before"]["kept_loss"],
                           kept_blends_changed_percent=step["kept_blends_changed_percent"], seconds=made["forget_seconds"])
                files.append((out, place, row))
    for (out, place, row), evaluation in zip(files, unlearn("evaluate", *[out for out, _, _ in files], "--data", images)["models"]):
        after, kept = evaluation["confusion"], [c for c in range(len(names)) if c != place]
        count = lambda c: sum(confusion[c])
        falls = [100 * (after[c][c] - confusion[c][c]) / count(c) for c in kept]
        row["change_of_kept_accuracy"] = 100 * sum(after[c][c] - confusion[c][c] for c in kept) / sum(map(count, kept))
        row["worst_change_of_one_class"] = min(falls)
        row["forgotten_error_percent"] = 100 - 100 * after[place][place] / count(place)
        out.unlink()
    return rows


def main():
    parser = command.arguments(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    parser.add_argument("--only", nargs="+", default=NAMES)
    options = parser.parse_args()
    unlearn = command.Command(options.command, options.data, options.work)
    rows = []
    for name in options.only:
        print(name, flush=True)
        rows += measure(unlearn, name)
    summary = []
    for name in options.only:
        for scope in SCOPES:
            part = [row for row in rows if (row["data"], row["scope"]) == (name, scope)]
            reached = [row for row in part if "change_of_kept_accuracy" in row]
            of = lambda key: [row[key] for row in reached]
            summary.append({"data": name, "scope": scope, "classes": len(part), "reached": len(reached), **({
                "mean_change_of_kept_accuracy": statistics.mean(of("change_of_kept_accuracy")),
                "worst_change_of_kept_accuracy": min(of("change_of_kept_accuracy")),
                "worst_change_of_one_class": min(of("worst_change_of_one_class")),
                "least_forgotten_error_percent": min(of("forgotten_error_percent"))} if reached else {})})
    command.write("scopes", {"summary": summary, "rows": rows})


if __name__ == "__main__":
    main()
