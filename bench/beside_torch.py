"""Our benchmarks beside the same work in PyTorch: a Markdown table of medians and ratios.

    python bench/beside_torch.py [PATTERN] [--device NAME] [--pairs N] [--seconds PER_ROW] [--threads N] [--torch-python PYTHON] [--json FILE]
    python bench/beside_torch.py --self-test

Runs `cargo bench --workspace --bench speed -- PATTERN` and peers/torch_peer.py by turns, so that a slow minute of the
machine meets both; the ratio is the median of the pairs' ratios, and their range tells the noise. PATTERN is divan's
filter over benchmark names (forward, training_step, fisher_loop, fisher_batched, perturbation). Without torch, ours alone.
--device names what our side works on (docs/devices.md); PyTorch works on the same card where that is one, else on the processor.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PEER = ROOT / "bench/peers/torch_peer.py"
UNITS_MS = {"ps": 1e-9, "ns": 1e-6, "µs": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4, "h": 3.6e6}
PEER_ROW = {"fisher_batched": "fisher_loop"}  # the same result, which torch has to loop for

SAMPLE = """\
Timer precision: 30 ns
speed              fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ bare            10.14 ns      │ 10.15 ns      │ 10.15 ns      │ 10.15 ns      │ 2       │ 512
├─ fisher_loop                   │               │               │               │         │
│  ╰─ mlp          2.103 ms      │ 2.105 ms      │ 2.104 ms      │ 2.104 ms      │ 2       │ 2
│                  4.754 Kitem/s │ 4.749 Kitem/s │ 4.752 Kitem/s │ 4.752 Kitem/s │         │
├─ forward                       │               │               │               │         │
│  ├─ mlp          150.4 µs      │ 160.4 µs      │ 151.9 µs      │ 154.2 µs      │ 3       │ 3
│  ├─ resnet18-16  5.08 ms       │ 5.117 ms      │ 5.109 ms      │ 5.102 ms      │ 3       │ 3
│  ╰─ resnet18-64  1.2 s         │ 1.3 s         │ 1.25 s        │ 1.25 s        │ 3       │ 3
├─ ignored         (ignored)
╰─ perturbation                  │               │               │               │         │
   ╰─ mlp          12.61 ns      │ 12.69 ns      │ 12.65 ns      │ 12.65 ns      │ 2       │ 512
"""


def medians_ms(text):
    """The medians of divan's tree, in milliseconds, by path: {"forward/mlp": 1.2, ...}."""
    path, medians = [], {}
    for line in text.splitlines():
        entry = re.match(r"((?:[│ ]  )*)[├╰]─ (.*)", line)
        if not entry:
            continue  # headings, and the lines of counters and allocations below a row
        depth, cells = len(entry[1]) // 3, entry[2].split("│")
        name = re.match(r"\S+", cells[0])[0]
        path = [*path[:depth], name]
        if len(cells) >= 3 and cells[2].strip():
            value, unit = cells[2].split()
            medians["/".join(path)] = float(value) * UNITS_MS[unit]
    return medians


def self_test():
    found = medians_ms(SAMPLE)
    expected = {"bare": 10.15e-6, "fisher_loop/mlp": 2.104, "forward/mlp": 0.1519, "forward/resnet18-16": 5.109,
                "forward/resnet18-64": 1250.0, "perturbation/mlp": 12.65e-6}
    assert list(found) == list(expected), f"rows {list(found)}"
    for row, value in expected.items():
        assert abs(found[row] - value) < 1e-9 * value, f"{row}: {found[row]}, expected {value}"
    assert peer_row("fisher_batched/mlp") == "fisher_loop/mlp" and peer_row("forward/mlp") == "forward/mlp"
    rows = compare([{"forward/mlp": 2.0, "bare": 1.0}, {"forward/mlp": 6.0, "bare": 3.0}], [{"forward/mlp": 1.0}, {"forward/mlp": 2.0}])
    assert rows[0]["ratio"] == 2.5 and rows[0]["ratios"] == [2.0, 3.0] and rows[1]["ratio"] is None and rows[1]["ours_ms"] == 2.0
    assert [torch_device_of(name) for name in ("flex", "libtorch", "libtorch-cuda:1", "vulkan:cpu")] == ["cpu", "cpu", "cuda:1", "cpu"]
    print("self-test: passed")


def peer_row(row):
    operation, _, model = row.partition("/")
    return f"{PEER_ROW.get(operation, operation)}/{model}"


def compare(ours, torchs):
    """One record a row from the runs of both sides; `torchs` is empty without torch."""
    rows = []
    for row in ours[0]:
        mine, theirs = [run[row] for run in ours], [run[peer_row(row)] for run in torchs if peer_row(row) in run]
        ratios = [a / b for a, b in zip(mine, theirs)]
        rows.append({"row": row, "ours_ms": statistics.median(mine), "torch_ms": statistics.median(theirs) if theirs else None,
                     "ratio": statistics.median(ratios) if ratios else None, "ratios": ratios, "ours_runs_ms": mine, "torch_runs_ms": theirs})
    return rows


def table(rows):
    def number(value):
        return "-" if value is None else f"{value:.4g}"

    lines = ["| row | ours, ms | PyTorch, ms | ours / PyTorch | range |", "|---|---:|---:|---:|---|"]
    for r in rows:
        spread = f"{min(r['ratios']):.2f} .. {max(r['ratios']):.2f}" if r["ratios"] else "-"
        ratio = "-" if r["ratio"] is None else f"{r['ratio']:.2f}"
        lines.append(f"| {r['row']} | {number(r['ours_ms'])} | {number(r['torch_ms'])} | {ratio} | {spread} |")
    return "\n".join(lines)


def torch_device_of(name):
    """Where PyTorch works beside a device of ours: on the card itself, if ours is one."""
    kind, _, place = name.partition(":")
    if kind == "libtorch-cuda" or (kind in ("vulkan", "wgpu") and place != "cpu" and has_nvidia_card()):
        return f"cuda:{place or 0}"
    return "cpu"


def has_nvidia_card():
    return shutil.which("nvidia-smi") is not None and subprocess.run(["nvidia-smi", "-L"], stdout=subprocess.DEVNULL).returncode == 0


def output_of(command, **environment):
    """Standard output of a command run in the repository's root; its standard error passes through."""
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit status {done.returncode}")
    return done.stdout


def torch_version(python):
    """The version of torch that this Python imports, or None."""
    try:
        found = subprocess.run([python, "-c", "import torch; print(torch.__version__)"], capture_output=True, text=True)
    except OSError:
        return None
    return found.stdout.strip() if found.returncode == 0 else None


def cpu_name():
    try:
        names = re.findall(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pattern", nargs="?", default="", metavar="PATTERN")
    parser.add_argument("--device", default="flex", metavar="NAME", help="what our side works on; the feature that brings it is built")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, metavar="PER_ROW", help="limit for a row of ours (DIVAN_MAX_TIME) and of torch's")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--torch-python", default=sys.executable, metavar="PYTHON", help="a Python that imports torch")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    if options.pairs < 1:
        parser.error(f"--pairs: expected at least 1, found {options.pairs}")

    torch = torch_version(options.torch_python)
    if torch is None:
        print(f"{options.torch_python} does not import torch: our numbers alone", file=sys.stderr)
    feature = options.device.split("-")[0].split(":")[0]
    features = [] if feature == "flex" else ["--features", feature]
    torch_device = torch_device_of(options.device)
    bench = ["cargo", "bench", "--quiet", "--workspace", *features, "--bench", "speed"]
    output_of([*bench, "--no-run"])
    ours, torchs = [], []
    for pair in range(options.pairs):
        print(f"pair {pair + 1} of {options.pairs}", file=sys.stderr)
        filters = [options.pattern] if options.pattern else []
        text = output_of([*bench, "--", *filters], RAYON_NUM_THREADS=str(options.threads), UNLEARN_DEVICE=options.device,
                         DIVAN_MAX_TIME=str(options.seconds))
        ours.append(medians_ms(text))
        if not ours[-1]:
            sys.exit(f"no benchmark matches {options.pattern!r}; divan printed:\n{text}")
        if torch:
            only = "^(" + "|".join(sorted({re.escape(peer_row(row)) for row in ours[-1]})) + ")$"
            limits = ["--seconds", str(options.seconds), "--threads", str(options.threads), "--device", torch_device]
            torchs.append(json.loads(output_of([options.torch_python, str(PEER), "--only", only, *limits])))

    rows = compare(ours, torchs)
    machine = {"cpu": cpu_name(), "cores": os.cpu_count(), "system": platform.system(), "threads": options.threads, "device": options.device, "torch_device": torch_device,
               "rustc": output_of(["rustc", "--version"]).strip(), "torch": torch}
    print(f"{machine['cpu']}, {machine['cores']} cores, {options.threads} threads; device {options.device}, PyTorch on {torch_device}; {machine['rustc']}; torch {torch}; "
          f"medians of {options.pairs} pairs. fisher_batched stands beside PyTorch's loop.\n")
    print(table(rows))
    if options.json:
        record = {"schema": 1, "machine": machine, "pairs": options.pairs, "seconds": options.seconds, "rows": rows}
        options.json.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
