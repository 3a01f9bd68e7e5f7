#!/usr/bin/env python3
"""Prints the records of every_request.py, scopes.py, confidence.py and planting.py as the tables of docs/forgetting.md."""

import json
import pathlib
import statistics

RECORDS = pathlib.Path(__file__).resolve().parent / "records"
VARIANTS = {"automatic": "defaults", "bias_shift": "bias shift", "paper": "paper's pair", "retrained": "retrained"}
KINDS = ["single", "pair", "triple", "five", "half", "sequence"]


def read(name):
    path = RECORDS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def head(*cells):
    row(*cells)
    row(*["---"] * len(cells))


def every_request(name):
    record = read(f"every-request-{name}")
    if not record:
        return
    print(f"### {name}\n\n`unlearn train {record['train']}`, seeds {', '.join(str(run['seed']) for run in record['runs'])}: test accuracy "
          + ", ".join(f"{run['original']['accuracy_percent']:.1f}" for run in record["runs"]) + ", codes decoded "
          + ", ".join(f"{run['original']['code_accuracy_percent']:.0f}" for run in record["runs"]) + " %\n")
    head("forgotten", "by", "seeds", "requests", "A_R before", "mean change of A_R (sd over seeds)", "worst change of A_R", "worst change of one class",
         "mean E_F", "least E_F", "E_F >= 99")
    for kind in KINDS:
        for variant, title in VARIANTS.items():
            by_seed = []
            for run in record["runs"]:
                cells = [cell for cell in run["requests"] if cell["kind"] == kind and variant in cell["variants"]]
                if cells:
                    by_seed.append([(cell["before"], cell["variants"][variant]) for cell in cells])
            if not by_seed:
                continue
            flat = [cell for cells in by_seed for cell in cells]
            mean = lambda key, cells: statistics.mean(measured[key] for _, measured in cells)
            means = [mean("change_of_kept_accuracy", cells) for cells in by_seed]
            spread = f" ({statistics.stdev(means):.2f})" if len(means) > 1 else ""
            errors = [measured["forgotten_error_percent"] for _, measured in flat]
            row(kind, title, len(by_seed), len(flat), f"{statistics.mean(before for before, _ in flat):.2f}", f"{statistics.mean(means):+.2f}{spread}",
                f"{min(m['change_of_kept_accuracy'] for _, m in flat):+.2f}", f"{min(m['worst_change_of_one_class'] for _, m in flat):+.1f}",
                f"{statistics.mean(errors):.2f}", f"{min(errors):.2f}", f"{sum(error >= 99 for error in errors)} of {len(errors)}")
    print()


def scopes():
    record = read("scopes")
    if not record:
        return
    print("## Scopes\n")
    head("network", "scope", "classes", "goal reached", "mean change of A_R", "worst change of A_R", "worst change of one class", "least E_F")
    for entry in record["summary"]:
        value = lambda key, form: format(entry[key], form) if key in entry else "-"
        row(entry["data"], entry["scope"], entry["classes"], entry["reached"], value("mean_change_of_kept_accuracy", "+.2f"),
            value("worst_change_of_kept_accuracy", "+.2f"), value("worst_change_of_one_class", "+.1f"), value("least_forgotten_error_percent", ".1f"))
    measured = [entry for entry in record["rows"] if "change_of_kept_accuracy" in entry]
    print("\n### The gate\n")
    head("rise of the kept codes' loss", "moves", "with A_R down by more than 0.5", "by more than 2", "worst")
    edges = [-1e9, 0, 0.001, 0.01, 0.1, 1e99]
    for low, high in zip(edges, edges[1:]):
        part = [entry["change_of_kept_accuracy"] for entry in measured if low < entry["kept_loss_rise"] <= high]
        title = f"up to {high:g}" if low < 0 else f"{low:g} to {high:g}" if high < 1e9 else f"more than {low:g}"
        if part:
            row(title, len(part), sum(c < -0.5 for c in part), sum(c < -2 for c in part), f"{min(part):+.2f}")
    print("\n### Kept blends\n")
    head("kept blends answered otherwise, %", "moves", "with A_R down by more than 0.5", "by more than 2", "worst")
    edges = [-1, 0, 5, 10, 20, 101]
    for low, high in zip(edges, edges[1:]):
        part = [entry["change_of_kept_accuracy"] for entry in measured if low < entry["kept_blends_changed_percent"] <= high]
        if part:
            row("none" if high == 0 else f"more than {low:g}" if high > 100 else f"{low:g} to {high:g}", len(part), sum(c < -0.5 for c in part), sum(c < -2 for c in part), f"{min(part):+.2f}")
    print()


def confidence():
    record = read("confidence")
    if not record:
        return
    mean, deviation = record["constants"]
    print(f"## Confidence\n\nmean {mean:.4f}, deviation {deviation:.4f} of ln(needed fall)\n")
    head("predicted", "predictions", "mean prediction", "so it was")
    for entry in record["all"]["ranges"]:
        row(f"{100 * entry['from']:g} to {100 * entry['below']:g} %", entry["predictions"], f"{100 * entry['predicted']:.1f} %", f"{100 * entry['observed']:.1f} %")
    print()
    head("data", "predictions", "needed fall, least to most (99 % of test images)", "Brier score", "with constants fitted without it", "of the mean rate")
    for name, entry in record["by_data"].items():
        ours, without, falls = entry["with_the_librarys_constants"], entry["with_constants_fitted_without_it"], entry["needed_fall_test"]
        row(name, ours["predictions"], f"{falls[0]:.2f} to {falls[-1]:.2f}", f"{ours['brier']:.3f}", f"{without['brier']:.3f}", f"{ours['brier_of_the_mean_rate']:.3f}")
    print()


def planting():
    record = read("planting")
    if not record:
        return
    print("## Planting\n")
    head("data", "codes", "mix", "seeds", "accuracy", "codes decoded, %", "mean change of A_R", "worst change of A_R", "least E_F")
    groups = {}
    for entry in record["rows"]:
        groups.setdefault((entry["data"], entry["code_kind"] or "none", entry["mix"]), []).append(entry)
    for (data, kind, mix), entries in groups.items():
        mean = lambda key, form: format(statistics.mean(e[key] for e in entries), form) if entries[0].get(key) is not None else "-"
        least = lambda key, form: format(min(e[key] for e in entries), form) if key in entries[0] else "-"
        row(data, kind, mix, len(entries), mean("accuracy_percent", ".2f"), mean("code_accuracy_percent", ".0f"), mean("mean_change_of_kept_accuracy", "+.2f"),
            least("worst_change_of_kept_accuracy", "+.2f"), least("least_forgotten_error_percent", ".1f"))
    print()


if __name__ == "__main__":
    print("## Every request\n")
    for name in ["mnist", "fashion", "faces", "cifar"]:
        every_request(name)
    scopes()
    confidence()
    planting()
