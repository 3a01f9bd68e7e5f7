#!/usr/bin/env python3
"""Keeps the records of a long `unlearn compare` as records/compare-NAME.jsonl.

    experiments/keep_records.py NAME FILE.jsonl

What an original is trained on and how (`data`, `architecture`, `training`) stands with its first cell only, for it is the same in all of them; everything else stays as it was.
"""

import json
import pathlib
import sys

RECORDS = pathlib.Path(__file__).resolve().parent / "records"
TOLD_ONCE = ("data", "architecture", "training")


def main():
    name, path = sys.argv[1:]
    told, lines = {}, []
    for line in pathlib.Path(path).read_text().splitlines():
        record = json.loads(line)
        original = (record["original"], json.dumps(record["varied"]))
        whole = {key: record.get(key) for key in TOLD_ONCE}
        if told.setdefault(original, whole) != whole:
            raise SystemExit(f"{path}: expected one {', '.join(TOLD_ONCE)} for all cells of {record['original']}, found another in cell {record['cell']}")
        if told[original] is not whole:
            record = {key: value for key, value in record.items() if key not in TOLD_ONCE}
        lines.append(json.dumps(record, separators=(",", ":")))
    kept = RECORDS / f"compare-{name}.jsonl"
    kept.write_text("\n".join(lines) + "\n")
    print(kept)


if __name__ == "__main__":
    main()
