#!/usr/bin/env python3
"""Prints the records of audits.py as the tables of docs/audits.md."""

import json
import pathlib
import statistics

RECORDS = pathlib.Path(__file__).resolve().parent / "records"
ROLES = {"before": "original", "bias-shift": "bias shift", "after": "`mnemonic`", "retrained": "retrained"}


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def number(value, unit):
    return f"{value:.1f}" if unit != "number" else f"{value:.2f}"


def cell(models, unit):
    """The mean, and of how many models the figure was told apart from the (other) retrained ones."""
    if not models:
        return "-"
    told = sum(model["verdict"] == "told-apart" for model in models)
    judged = sum(model["verdict"] not in ("no-reference", "not-judged") for model in models)
    mean = number(statistics.mean(model["value"] for model in models), unit)
    return f"{mean} ({told}/{judged})" if judged else mean


def tables(name):
    record = json.loads((RECORDS / f"audits-{name}.json").read_text())
    runs = record["runs"]
    accuracies = ", ".join(f"{run['accuracy_percent']:.1f}" for run in runs)
    seconds = ", ".join(f"{run['audit_seconds']:.0f}" for run in runs)
    print(f"### {name}\n\n`unlearn train {record['train']}`, seeds {', '.join(str(run['seed']) for run in runs)} (test accuracy {accuracies}); "
          f"class {record['forgotten']} forgotten; retrained with seeds {', '.join(map(str, record['oracle_seeds']))}; "
          f"an audit took {seconds} s of measuring.\n")
    row("figure", "unit", "good", "margin", *ROLES.values())
    row(*["---"] * (4 + len(ROLES)))
    keys = list(dict.fromkeys(figure["key"] for run in runs for figure in run["figures"]))
    alarms, judged = {}, {}
    for key in keys:
        figures = [figure for run in runs for figure in run["figures"] if figure["key"] == key]
        first = figures[0]
        by_role = {role: [model for figure in figures for model in figure["models"] if model["role"] == role] for role in ROLES}
        row(f"`{key}`", first["unit"], first["good"], f"{first['margin']:g}", *(cell(by_role[role], first["unit"]) for role in ROLES))
        if first["about"] == "trace":
            for role, models in by_role.items():
                verdicts = [model["verdict"] for model in models if model["verdict"] != "no-reference"]
                alarms[role] = alarms.get(role, 0) + verdicts.count("told-apart")
                judged[role] = judged.get(role, 0) + len(verdicts)
    print("\nOf all figures of traces told apart: "
          + "; ".join(f"{title} {alarms[role]} of {judged[role]}" for role, title in ROLES.items() if judged.get(role)) + ".\n")


if __name__ == "__main__":
    for path in sorted(RECORDS.glob("audits-*.json")):
        tables(path.stem.removeprefix("audits-"))
