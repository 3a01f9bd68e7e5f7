#!/usr/bin/env python3
"""Prints the records of demonstrate.py as Markdown tables: experiments/tables.py > tables.md"""

import json
import pathlib

RECORDS = pathlib.Path(__file__).resolve().parent / "records"


def number(value, digits=2):
    return "-" if value is None else f"{value:.{digits}f}"


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def demonstration(record):
    print(f"## {record['demonstration']}\n\n`unlearn train {record['train']}`\n")
    row("seed", "test accuracy", "code accuracy", "seconds")
    row("---", "---", "---", "---")
    for run in record["runs"]:
        original = run["original"]
        row(run["seed"], number(original["accuracy_percent"]), number(original["code_accuracy_percent"], 0),
            number(original["train_seconds"], 0))
    print()
    row("seed", "class", "model", "lambda1, lambda2", "sign", "A_R", "E_F", "forgotten code's loss", "kept codes' loss",
        "seconds")
    row(*["---"] * 10)
    for run in record["runs"]:
        for entry in run["classes"]:
            head = (run["seed"], entry["class"])
            before = entry["before"]
            row(*head, "original", "", "", number(before["kept_accuracy_percent"]),
                number(before["forgotten_error_percent"]), "", "", "")
            for forgot in entry["forgotten"]:
                codes = forgot["codes"]
                row(*head, f"{forgot['scope']}, {forgot['choice']}", f"{forgot['lambda1']:g}, {forgot['lambda2']:g}",
                    forgot["sign"], number(forgot["kept_accuracy_percent"]), number(forgot["forgotten_error_percent"]),
                    number(codes["forgotten_loss"], 1), number(codes["kept_loss"], 4),
                    number(forgot["forget_seconds"], 3))
            for control, key in [("bias shift", "bias_shift"), ("retrained without it", "retrained")]:
                if key in entry:
                    row(*head, control, "", "", number(entry[key]["kept_accuracy_percent"]),
                        number(entry[key]["forgotten_error_percent"]), "", "", "")
    print()


if __name__ == "__main__":
    for path in sorted(RECORDS.glob("*.json")):
        record = json.loads(path.read_text())
        if "demonstration" in record:
            demonstration(record)
