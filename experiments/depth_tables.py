#!/usr/bin/env python3
"""Prints the records of depth.py as the tables of docs/depth.md; with --all every figure, with --relearning only how many figures of relearning tell a model apart, as docs/audits.md has it."""

import json
import pathlib
import statistics
import sys

import audit_tables
from depth import VARIANTS

RECORDS = pathlib.Path(__file__).resolve().parent / "records"
# What the transplant did before it left features what kept rows read; today's program cannot.
BEFORE = "transplant, to mixes"
COLUMNS = ["original", "bias shift", *VARIANTS, BEFORE, "retrained"]
# What the tables leave out unless all is asked for: figures that say the same as others or told nothing apart.
LEFT_OUT = ("answers.worst-drop", "landing.js", "relearning.steps", "kept-only.recognised", "prototype.k5", "code-replay.recognised", "neighbours", "alignment", "trigger", "distance")


def of_column(runs, key, column):
    """What a figure says of the models in a column. Original, bias shift and retrained ones stand beside every variant; they are counted once a seed."""
    role = {"original": "before", "bias shift": "bias-shift", "retrained": "retrained"}.get(column)
    seen, models = set(), []
    for run in runs:
        if role is None and run["variant"] != column or role and run["seed"] in seen:
            continue
        figures = [figure for figure in run["figures"] if figure["key"] == key]
        found = [model for figure in figures for model in figure["models"] if model["role"] == (role or "after")]
        models += found
        if found:
            seen.add(run["seed"])
    return models


def table(runs):
    figures = {figure["key"]: figure for run in runs for figure in run["figures"]}
    columns = [column for column in COLUMNS if any(of_column(runs, key, column) for key in figures)]
    audit_tables.row("figure", "good", "margin", *columns)
    audit_tables.row(*["---"] * (3 + len(columns)))
    told, judged = {}, {}
    for key, figure in figures.items():
        cells = {column: of_column(runs, key, column) for column in columns}
        if "--all" in sys.argv or not key.startswith(LEFT_OUT):
            audit_tables.row(f"`{key}`", figure["good"], f"{figure['margin']:g}", *(audit_tables.cell(models, figure["unit"]) for models in cells.values()))
        if figure["about"] == "trace":
            for column, models in cells.items():
                verdicts = [model["verdict"] for model in models if model["verdict"] != "no-reference"]
                told[column] = told.get(column, 0) + verdicts.count("told-apart")
                judged[column] = judged.get(column, 0) + len(verdicts)
    print("\nOf all figures of traces told apart: " + "; ".join(f"{column} {told[column]} of {judged[column]}" for column in columns if judged.get(column)) + ".\n")


def by_class(runs):
    """A row per request and way to forget, for records of every class."""
    keys = [key for key in dict.fromkeys(figure["key"] for run in runs for figure in run["figures"]) if key.startswith(("answers.kept", "landing.total", "relearning.k", "prototype.k", "probe", "membership.auc")) and key != "prototype.k5"]
    audit_tables.row("forgotten", "model", *(f"`{key}`" for key in keys))
    audit_tables.row(*["---"] * (2 + len(keys)))
    for request in dict.fromkeys(run["request"] for run in runs):
        asked = [run for run in runs if run["request"] == request]
        for column in COLUMNS[2:]:
            cells = [of_column(asked, key, column) for key in keys]
            if any(cells):
                units = [next(figure["unit"] for run in runs for figure in run["figures"] if figure["key"] == key) for key in keys]
                audit_tables.row(request, column, *map(audit_tables.cell, cells, units))
    print()


def tables(name):
    record = json.loads((RECORDS / f"depth-{name}.json").read_text())
    record["runs"] = audit_tables.described(record)
    accuracy = {run["seed"]: run["accuracy_percent"] for run in record["runs"]}
    plain = {run["seed"]: run["accuracy_without_spare_percent"] for run in record["runs"] if "accuracy_without_spare_percent" in run}
    listed = lambda percents: ", ".join(f"{percent:.1f} (seed {seed})" for seed, percent in sorted(percents.items()))
    print(f"### {name}\n\n`unlearn train {record['train']}`: test accuracy {listed(accuracy)}"
          + (f"; without spare units {listed(plain)}" if plain else "") + f"; retrained with seeds {', '.join(map(str, record['oracle_seeds']))}.\n")
    if name.endswith("-every"):
        return by_class(record["runs"])
    for request in dict.fromkeys(run["request"] for run in record["runs"]):
        runs = [run for run in record["runs"] if run["request"] == request]
        seeds = sorted({run["seed"] for run in runs})
        times = ", ".join(f"{variant} {1000 * statistics.median(run['forget_seconds'] for run in runs if run['variant'] == variant):.2f} ms"
                          for variant in [*VARIANTS, BEFORE] if any(run["variant"] == variant for run in runs))
        print(f"#### forgotten: {request.replace(',', ', ').replace('>', ', then ')}; seeds {', '.join(map(str, seeds))}\n\nForgetting took (median): {times}.\n")
        table(runs)


def relearning(names):
    """Per record and request, and per model, how many of the figures for 1, 5 and 20 images tell it apart."""
    keys = ("relearning.k1", "relearning.k5", "relearning.k20")
    rows = []
    for name in names:
        all_runs = json.loads((RECORDS / f"depth-{name}.json").read_text())["runs"]
        for request in dict.fromkeys(run["request"] for run in all_runs):
            runs = [run for run in all_runs if run["request"] == request]
            cells = [[model["verdict"] for key in keys for model in of_column(runs, key, column)] for column in COLUMNS]
            rows.append((f"{name}, {request.replace(',', ' ').replace('>', ', then ')}", [f"{verdicts.count('told-apart')} of {len(verdicts)}" if verdicts else "-" for verdicts in cells]))
    shown = [place for place in range(len(COLUMNS)) if any(cells[place] != "-" for _, cells in rows)]
    audit_tables.row("trained, forgotten", *(COLUMNS[place] for place in shown))
    audit_tables.row(*["---"] * (1 + len(shown)))
    for name, cells in rows:
        audit_tables.row(name, *(cells[place] for place in shown))


if __name__ == "__main__":
    names = [path.stem.removeprefix("depth-") for path in sorted(RECORDS.glob("depth-*.json"))]
    if "--relearning" in sys.argv:
        relearning(names)
    else:
        for name in names:
            tables(name)
