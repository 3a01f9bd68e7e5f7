#!/usr/bin/env python3
"""Which audits separate what A_R and E_F cannot: `unlearn audit` on originals, the bias shift, the paper's method and retrained models.

    experiments/audits.py mnist-short|fashion-short --data FOLDER --work FOLDER [--class 3] [--oracles 3]

For each of three training seeds: the original, what `unlearn forget` makes of it with its defaults, and the bias shift, each held to the same retrained
models (seeds 11, 12, ..); every retrained model is held to the others, which shows false alarms. Budget: quick, seed 0. Record: records/audits-NAME.json.
"""

import argparse
import pathlib

import command
import recipes

SEEDS = [1, 2, 3]


def of_model(figure, place):
    """What a figure says of one model."""
    estimate, comparison = figure["estimates"][place], figure["comparisons"][place]
    if estimate is None:
        return None
    return {"value": estimate["value"], "interval": estimate["interval"], "verdict": comparison["verdict"]}


def compact(record):
    """The figures of an audit, per model."""
    roles = [model["role"] for model in record["models"]]
    return [{"audit": audit["name"], "key": figure["key"], "label": figure["label"], "unit": figure["unit"], "about": figure["about"],
             "good": figure["good"], "margin": figure["margin"], "conclusion": audit["conclusion"],
             "models": [{"role": role, **of_model(figure, place)} for place, role in enumerate(roles) if of_model(figure, place)]}
            for audit in record["audits"] for figure in audit["figures"]]


if __name__ == "__main__":
    parser = command.arguments(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    parser.add_argument("name", choices=["mnist-short", "fashion-short"])
    parser.add_argument("--class", dest="forgotten", default="3")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--oracles", type=int, default=3)
    arguments = parser.parse_args()
    name, forgotten = arguments.name, arguments.forgotten
    unlearn = command.Command(arguments.command, arguments.data, arguments.work)
    data = arguments.data / recipes.FOLDERS[name]
    retrained = [unlearn.train(f"{name}-without-{forgotten}-{seed}", f"{recipes.training(name, seed)} --without {forgotten}")[0]
                 for seed in range(11, 11 + arguments.oracles)]
    runs = []
    for seed in arguments.seeds:
        model, codes, trained = unlearn.train(f"{name}-{seed}", recipes.training(name, seed))
        after = arguments.work / f"{name}-{seed}-forgot-{forgotten}.safetensors"
        if not after.exists():
            unlearn("forget", model, "--codes", codes, "--class", forgotten, "--method", "mnemonic", "--out", after)
        others = [word for path in retrained for word in ("--retrained", path)]
        record = unlearn("audit", "--before", model, "--after", after, *others, "--codes", codes, "--data", data, "--forgotten", forgotten,
                         "--out", arguments.work / f"audit-{name}-{seed}", "--overwrite", may_fail=True)
        runs.append({"seed": seed, "accuracy_percent": trained["accuracy_percent"], "summary": record["summary"],
                     "audit_seconds": sum(audit["seconds"] for audit in record["audits"]),
                     "budget": record["budget"], "figures": compact(record)})
    command.write(f"audits-{name}", {"train": recipes.training(name, "SEED"), "forgotten": forgotten,
                                     "oracle_seeds": list(range(11, 11 + arguments.oracles)), "runs": runs})
