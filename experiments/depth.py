#!/usr/bin/env python3
"""How deep each way to forget goes: `unlearn audit` on what it leaves, beside retrained models.

    experiments/depth.py NAME --data FOLDER --work FOLDER [--requests 0 8 1,4,7 2>5] [--seeds 1 2 3] [--oracles 2] [--variants transplant ssd ..] [--only AUDIT ..] [--spare-cost]

NAME is a recipe of recipes.py. A request is classes joined by commas, or several such, one after the other, joined by `>`. Per training seed and request, every variant below is
held to the same retrained models (seeds 11, 12, ..), and these to each other, which shows false alarms and how much models differ by their seed alone. Budget: quick, seed 0. What was found is kept
under --work. Record: records/depth-NAME.json, to which other requests and seeds are added. `experiments/depth_tables.py` prints the tables.
"""

import argparse
import json
import pathlib
import shlex

import audit_tables
import command
import recipes

# How the original is made to forget.
VARIANTS = {
    "mnemonic": "--method mnemonic",
    "mnemonic, one shot": "--method mnemonic --lambda1 1e-3 --lambda2 10",
    "transplant": "--method transplant --set unit=spare",
    "transplant, made unit": "--method transplant --set unit=made",
    # Features moved, but images not drawn apart.
    "transplant, no spread": "--method transplant --set unit=spare --set spread=0",
    # Kept classes' biases as they were.
    "transplant, no balance": "--method transplant --set unit=spare --set balance=false",
    # The output rows alone, features as they were.
    "transplant, rows alone": "--method transplant --set unit=spare --set shift=0",
    "made unit, rows alone": "--method transplant --set unit=made --set shift=0",
    # With all training images.
    "ssd": "--method ssd --data DATA SSD",
    "sfdn": "--method sfdn --data DATA --set kept_per_class=20 SFDN",
    "neggrad-plus": "--method neggrad-plus --data DATA --set epochs=2 NEGGRAD-PLUS",
    "salun": "--method salun --data DATA --set epochs=2 SALUN",
}

# The settings that held-out training images of the same data set chose most often in records/compare-table-2-3-small.jsonl.
CHOSEN = {
    "mnist": {"SSD": "--set alpha=5 --set lambda=0.1", "SFDN": "--set alpha=1e-8", "NEGGRAD-PLUS": "--set learning_rate=0.01", "SALUN": "--set learning_rate=0.003"},
    "fashion-mnist": {"SSD": "--set alpha=5 --set lambda=1", "SFDN": "--set alpha=1e-8", "NEGGRAD-PLUS": "--set learning_rate=0.003", "SALUN": "--set learning_rate=0.013"},
    "cifar10": {"SSD": "--set alpha=5 --set lambda=0.1", "SFDN": "--set alpha=1e-6", "NEGGRAD-PLUS": "--set learning_rate=0.01", "SALUN": "--set learning_rate=0.013"},
}


def slug(text):
    return "".join(letter if letter.isalnum() else "-" for letter in text)


def told_once(runs):
    """The same runs, where what is told of the originals, bias shifts and retrained models stands with a seed's and request's first variant only."""
    seen = set()
    for run in runs:
        key = (run["request"], run["seed"])
        if key in seen:
            for figure in run["figures"]:
                figure["models"] = [model for model in figure["models"] if model["role"] == "after"]
        seen.add(key)
    return runs


def record_of(name):
    path = command.RECORDS / f"depth-{name}.json"
    return json.loads(path.read_text()) if path.exists() else {"figures": {}, "runs": []}


def forget(unlearn, model, codes, parts, variant, folder, name):
    """The model after all requests, one after the other, and what the command told of each."""
    words, told = VARIANTS[variant], []
    for key, settings in CHOSEN.get(folder, {}).items():
        words = words.replace(f" {key}", f" {settings}")
    for place, classes in enumerate(parts):
        after = unlearn.work / f"{name}-{place}.safetensors"
        told.append(unlearn("forget", model, "--codes", codes, *(word for c in classes for word in ("--class", c)),
                            *shlex.split(words.replace("DATA", str(unlearn.data / folder))), "--out", after, "--overwrite"))
        model = after
    return model, told


if __name__ == "__main__":
    parser = command.arguments(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    parser.add_argument("name", choices=list(recipes.RECIPES))
    parser.add_argument("--requests", nargs="+", default=["0", "8", "1,4,7"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--oracles", type=int, default=2)
    parser.add_argument("--variants", nargs="+", choices=list(VARIANTS), default=list(VARIANTS))
    parser.add_argument("--only", nargs="+", default=[], metavar="AUDIT", help="make these audits alone: networks that take a quarter of an hour a model for all")
    parser.add_argument("--spare-cost", action="store_true", help="train originals without spare units too, to see what these cost")
    arguments = parser.parse_args()
    name, work = arguments.name, arguments.work
    unlearn = command.Command(arguments.command, arguments.data, work)
    data = arguments.data / recipes.FOLDERS[name]
    oracle_seeds = list(range(11, 11 + arguments.oracles))
    known = record_of(name)
    told = {"train": recipes.training(name, "SEED"), "oracle_seeds": oracle_seeds}
    for key, value in told.items():
        if known.get(key, value) != value:
            raise SystemExit(f"depth-{name}.json: expected {key} {value} as asked for, found {known[key]}: runs of both do not go into one record")
    runs = []
    for request in arguments.requests:
        parts = [part.split(",") for part in request.split(">")]
        classes = [c for part in parts for c in part]
        without = " ".join(f"--without {c}" for c in classes)
        retrained = [unlearn.train(f"{name}-without-{slug('-'.join(classes))}-{seed}", f"{recipes.training(name, seed)} {without}")[0] for seed in oracle_seeds]
        for seed in arguments.seeds:
            plain = {}
            if arguments.spare_cost:
                trained = unlearn.train(f"{name}-no-spare-{seed}", f"{recipes.training(name, seed)} --spare-units 0")[2]
                plain = {"accuracy_without_spare_percent": trained["accuracy_percent"]}
            model, codes, trained = unlearn.train(f"{name}-{seed}", recipes.training(name, seed))
            for variant in arguments.variants:
                after, forgot = forget(unlearn, model, codes, parts, variant, recipes.FOLDERS[name], f"{name}-{seed}-{slug(variant)}-{slug(request)}")
                record = unlearn("audit", "--before", model, "--after", after, *(word for path in retrained for word in ("--retrained", path)),
                                 "--codes", codes, *(word for audit in arguments.only for word in ("--only", audit)), "--data", data, *(word for c in classes for word in ("--forgotten", c)),
                                 "--out", work / f"depth-{name}-{seed}-{slug(request)}", "--overwrite", may_fail=True)
                runs.append({"request": request, "seed": seed, "variant": variant, "accuracy_percent": trained["accuracy_percent"],
                             **plain, "train_seconds": trained["train_seconds"],
                             "class_means_seconds": trained["class_means_seconds"], "shift": forgot[-1]["choices"].get("shift"),
                             "forget_seconds": sum(step["forget_seconds"] for step in forgot),
                             "backward_passes": sum(step["backward_passes"] for step in forgot), "figures": audit_tables.compact(record)})
                key = lambda run: (run["request"], run["seed"], run["variant"])
                merged = {key(run): run for run in audit_tables.described(record_of(name)) + runs}
                command.write(f"depth-{name}", {**told, **audit_tables.described_once(told_once(list(merged.values())))})
