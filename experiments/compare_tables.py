#!/usr/bin/env python3
"""Prints records of `unlearn compare` shortly, as docs/results.md has them.

    experiments/compare_tables.py NAME..    for records/compare-NAME.jsonl

A row per original and, where several are forgotten one by one, class; a column per method; cells A_R / E_F on test images, percent, means and deviations over training seeds. A method whose
lambdas make a grid has a table of its own, and so have Fisher diagonals where the record holds them.
"""

import collections
import json
import pathlib
import re
import statistics
import sys

from audit_tables import row

RECORDS = pathlib.Path(__file__).resolve().parent / "records"
GRID = re.compile(r"(.*), lambda1 (\S+), lambda2 (\S+)$")


def read(name):
    lines = (RECORDS / f"compare-{name}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def spread(numbers, digits=1):
    numbers = [number for number in numbers if number is not None]
    if not numbers:
        return "-"
    mean = f"{statistics.mean(numbers):.{digits}f}"
    return f"{mean} ± {statistics.stdev(numbers):.{digits}f}" if len(numbers) > 1 else mean


def cell(records, with_deviation=True):
    """A_R / E_F."""
    measured = [record["measures"] for record in records if record["measures"]]
    if not measured:
        return "refused" if records else "-"
    told = []
    for key in ("kept_accuracy_percent", "forgotten_error_percent"):
        numbers = [one[key] for one in measured]
        told.append(spread(numbers) if with_deviation else f"{statistics.mean(numbers):.0f}")
    return " / ".join(told) + ("" if len(measured) == len(records) else f" ({len(records) - len(measured)} refused)")


def original_of(record):
    varied = ", ".join(f"{key} {value}" for key, value in record["varied"].items())
    return record["original"] + (f", {varied}" if varied else "")


def grouped(records, key):
    groups = collections.defaultdict(list)
    for record in records:
        groups[key(record)].append(record)
    return groups


def methods(records):
    sets = grouped(records, original_of)
    sets = {original: len({tuple(record["forgotten"]) for record in of_original}) for original, of_original in sets.items()}
    is_by_class = max(sets.values()) > 1
    columns = list(dict.fromkeys(record["row"] for record in records))
    row("trained on", *(["forgotten"] if is_by_class else []), *columns)
    row(*["---"] * (1 + is_by_class), *["--:"] * len(columns))
    for (original, forgotten), of_original in grouped(records, lambda record: (original_of(record), tuple(record["forgotten"]))).items():
        by_row = grouped(of_original, lambda record: record["row"])
        row(original, *([", ".join(forgotten)] if is_by_class else []), *(cell(by_row[column]) for column in columns))
    if is_by_class:
        for original, of_original in grouped(records, original_of).items():
            by_row = grouped(of_original, lambda record: record["row"])
            row(original, "mean and deviation over all", *(cell(by_row[column]) for column in columns))
    print()


def grids(records):
    by_method = grouped(records, lambda record: (original_of(record), GRID.match(record["row"])[1]))
    for (original, method), of_method in by_method.items():
        by_pair = grouped(of_method, lambda record: tuple(float(number) for number in GRID.match(record["row"]).groups()[1:]))
        first, second = (sorted({pair[place] for pair in by_pair}) for place in (0, 1))
        print(f"{original}, {method}: A_R / E_F by lambda1 (down) and lambda2 (across)\n")
        row("", *(f"{value:g}" for value in second))
        row("--:", *["--:"] * len(second))
        for one in first:
            row(f"{one:g}", *(cell(by_pair[one, other], with_deviation=False) for other in second))
        print()


def diagonals(records):
    row("trained on", "from", "f_F: error relative to zeros' 1", "f_F: rank correlation", "f_R: error", "f_R: rank correlation", "eta: rank correlation")
    row("---", "---", *["--:"] * 5)
    for (original, name), of_row in grouped(records, lambda record: (original_of(record), record["row"])).items():
        errors = [record["fisher"] for record in of_row]
        told = [spread([error[part][key] for error in errors], 3) for part in ("forgotten", "kept") for key in ("relative", "rank_correlation")]
        row(original, name, *told, spread([error["eta_rank_correlation"] for error in errors], 3))
    print()


def main():
    for name in sys.argv[1:]:
        records = read(name)
        is_grid = lambda record: GRID.match(record["row"]) is not None
        methods([record for record in records if not is_grid(record)])
        grids([record for record in records if is_grid(record)])
        with_fisher = [record for record in records if record.get("fisher")]
        if with_fisher:
            diagonals(with_fisher)


if __name__ == "__main__":
    main()
