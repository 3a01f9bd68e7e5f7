"""Time and memory of enrolling and forgetting against the number of classes and of parameters, as processes.

    cargo build --workspace && python bench/many_classes.py [--classes 10 100 1000] [--widths 16 32 64] [--torch-python PYTHON] [--json FILE] [--plot FILE]
    python bench/many_classes.py --from FILE --plot FILE

For each pair a ResNet-18 is trained for one pass over one drawn image per class, enrolled, and asked to forget the whole
network's way (lambda1 1e-3, lambda2 10) one class and ten classes, and one class's own output. With --torch-python PyTorch forgets the one
class of the same files too, in its own process's time (peers/request_best.py): the naive loop, the best, the best with stored
sums. --plot needs matplotlib.
"""

import argparse
import json
import os
import pathlib
import random
import struct
import tempfile
import zlib

from forget_request import run

ROOT = pathlib.Path(__file__).resolve().parents[1]
UNLEARN = "target/debug/unlearn"


def write_png(path, rng):
    """A grey 32x32 image of noise."""
    rows = b"".join(b"\0" + rng.randbytes(32) for _ in range(32))
    def part(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    header = struct.pack(">IIBBBBB", 32, 32, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b""))


def torch_seconds(python, work):
    """Seconds of forgetting class c0000, by what PyTorch is told."""
    best = f"{python} bench/peers/request_best.py {work}/m {work}/c c0000"
    return {name: json.loads(run(f"{best} {words}".split())[2])["seconds_median"]
            for name, words in [("naive", "--naive"), ("best", ""), ("best_totals", "--totals --runs 3")]}


def measure(work, classes, width, torch_python):
    images = work / f"images-{classes}"
    if not images.exists():
        rng = random.Random(classes)
        for label in range(classes):
            folder = images / "train" / f"c{label:04}"
            folder.mkdir(parents=True)
            write_png(folder / "0.png", rng)
            test = images / "test" / f"c{label:04}"
            test.mkdir(parents=True)
            write_png(test / "0.png", rng)
    run(f"{UNLEARN} train --data {images} --architecture resnet18 --width {width} --batch-size 32 --epochs 1 --seed 1 --channels 3 "
        f"--out {work}/m --codes {work}/c --overwrite --json".split())
    seconds, peak, output = run(f"{UNLEARN} enrol {work}/m --codes {work}/c --out {work}/e --overwrite --json".split())
    enrolled = json.loads(output)
    parameters = enrolled["parameters_total"]
    row = {"classes": classes, "width": width, "parameters": parameters, "enrol_seconds": enrolled["enrol_seconds"],
           "enrol_process_seconds": seconds, "enrol_copies": peak / (4 * parameters), "enrolment_bytes": os.path.getsize(work / "e")}
    forget = f"{UNLEARN} forget {work}/m --codes {work}/c --method mnemonic --enrolment {work}/e --out {work}/f --overwrite --json"
    whole = "--lambda1 1e-3 --lambda2 10"
    ten = " ".join(f"--class c{label:04}" for label in range(min(10, classes - 1)))
    for name, words in [("one", f"{whole} --class c0000"), ("ten", f"{whole} {ten}"), ("default", "--class c0000 --max-kept-loss 1e9")]:
        process, peak, output = run(f"{forget} {words}".split(), may_fail=True)
        told = json.loads(output) if output else {}
        row[name] = {"forget_seconds": told.get("forget_seconds"), "process_seconds": process, "copies": peak / (4 * parameters),
                     "backward_passes": told.get("backward_passes")}
    if torch_python:
        row["torch_seconds"] = torch_seconds(torch_python, work)
    return row


def plot(record, path):
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "unlearn"
    from matplotlib import pyplot
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for width in sorted({row["width"] for row in record["rows"]}):
        rows = [row for row in record["rows"] if row["width"] == width]
        label = f"{rows[0]['parameters'] / 1e6:.1f} M parameters"
        classes = [row["classes"] for row in rows]
        line, = left.plot(classes, [row["one"]["forget_seconds"] for row in rows], "o-", label=f"one class, {label}")
        left.plot(classes, [row["enrol_seconds"] for row in rows], "s--", color=line.get_color(), label=f"enrolment, {label}")
        right.plot(classes, [row["one"]["copies"] for row in rows], "o-", color=line.get_color(), label=f"one class, {label}")
    for axes, text in [(left, "seconds"), (right, "peak memory, copies of the parameters")]:
        axes.set(xscale="log", xlabel="classes", ylabel=text)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
    left.set(yscale="log")
    right.set(ylim=(0, None))
    figure.savefig(path, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classes", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--widths", type=int, nargs="+", default=[16, 32, 64])
    parser.add_argument("--torch-python")
    parser.add_argument("--json", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--from", dest="source", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--plot", type=lambda path: pathlib.Path(path).resolve())
    options = parser.parse_args()
    os.chdir(ROOT)
    if options.source:
        record = json.loads(options.source.read_text())
    else:
        record = {"schema": 1, "cores": os.cpu_count(), "rows": []}
        with tempfile.TemporaryDirectory() as folder:
            for width in options.widths:
                for classes in options.classes:
                    record["rows"].append(measure(pathlib.Path(folder), classes, width, options.torch_python))
                    print(json.dumps(record["rows"][-1]), flush=True)
    if options.json:
        options.json.write_text(json.dumps(record, indent=1) + "\n")
    if options.plot:
        plot(record, options.plot)


if __name__ == "__main__":
    main()
