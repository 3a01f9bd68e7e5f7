#!/usr/bin/env python3
"""How much of a training measuring class means takes.

    experiments/class_means_time.py NAME .. --data FOLDER --work FOLDER [--seeds 1 2 3]

NAME is a recipe of recipes.py. Every training is made anew, on a machine with nothing else to do. Record: records/class-means-time.json, where other names are added. With --table it prints that.
"""

import argparse
import json
import statistics
import sys

import audit_tables
import command
import recipes

NAME = "class-means-time"


def record():
    path = command.RECORDS / f"{NAME}.json"
    return json.loads(path.read_text())["trainings"] if path.exists() else []


def table():
    audit_tables.row("trained", "trainings", "training, seconds", "class means on top, seconds", "percent")
    audit_tables.row(*["---"] * 5)
    trainings = record()
    for name in dict.fromkeys(training["name"] for training in trainings):
        found = [training for training in trainings if training["name"] == name]
        median = lambda of: statistics.median(of(training) for training in found)
        audit_tables.row(name, len(found), f"{median(lambda t: t['train_seconds']):.1f}", f"{median(lambda t: t['class_means_seconds']):.2f}",
                         f"{median(lambda t: 100 * t['class_means_seconds'] / t['train_seconds']):.1f}")


if __name__ == "__main__":
    if "--table" in sys.argv:
        sys.exit(table())
    parser = command.arguments(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    parser.add_argument("names", nargs="+", choices=list(recipes.RECIPES))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    arguments = parser.parse_args()
    unlearn = command.Command(arguments.command, arguments.data, arguments.work)
    for name in arguments.names:
        for seed in arguments.seeds:
            words = recipes.training(name, seed).replace("DATA", str(arguments.data))
            model = arguments.work / f"{NAME}.safetensors"
            trained = unlearn("train", *words.split(), "--out", model, "--codes", arguments.work / f"{NAME}-codes.safetensors", "--overwrite")
            others = [training for training in record() if (training["name"], training["seed"]) != (name, seed)]
            others.append({"name": name, "seed": seed, **{part: trained[part] for part in ("train_seconds", "class_means_seconds")}})
            command.write(NAME, {"trainings": others})
