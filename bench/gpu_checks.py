"""Everything that needs a graphics card, on the devices that a machine has: tests, training steps, forgetting, beside PyTorch.

    python bench/gpu_checks.py [--devices NAME,NAME...] [--pairs N] [--seconds PER_ROW] [--torch-python PYTHON] [--json FILE]
    python bench/gpu_checks.py --self-test

For each device (by default those of `vulkan`, `wgpu`, `libtorch-cuda` that answer, see docs/devices.md):
  tests       `cargo test -p unlearn --test devices` with UNLEARN_DEVICES, which fails where the device is missing
  speed       bench/beside_torch.py training_step: ours and PyTorch's, by turns, on the same card
  request     bench/request.py: one class of ResNet-18 of width 64 as processes: directly, enrolled, and PyTorch's naive loop on the same card
What fails is recorded and the rest goes on; the exit status is 1 then. libtorch-cuda is tried where --torch-python has torch 2.9.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
TORCH = "2.9."


def feature_of(device):
    return device.split(":")[0].split("-")[0]


def torch_environment(python):
    """What a libtorch build needs of a Python with torch 2.9 (docs/devices.md); None if it has none."""
    script = "import torch, pathlib; print(torch.__version__); print(pathlib.Path(torch.__file__).parent / 'lib')"
    try:
        found = subprocess.run([python, "-c", script], capture_output=True, text=True)
    except OSError:
        return None
    if found.returncode != 0:
        return None
    version, libraries = found.stdout.split()
    if not version.startswith(TORCH):
        print(f"torch {version} is not {TORCH}x: no libtorch", file=sys.stderr)
        return None
    before = os.environ.get("LD_LIBRARY_PATH")
    folder = pathlib.Path(shutil.which(python)).absolute().parent
    return {"LIBTORCH_USE_PYTORCH": "1", "LIBTORCH_BYPASS_VERSION_CHECK": "1", "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
            "LD_LIBRARY_PATH": os.pathsep.join(filter(None, [libraries, before]))}


def cards():
    """The graphics cards by the tools that a machine has."""
    found = []
    for command in (["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"], ["vulkaninfo", "--summary"]):
        if shutil.which(command[0]):
            output = subprocess.run(command, capture_output=True, text=True).stdout
            lines = [line.strip() for line in output.splitlines()]
            found += lines if command[0] == "nvidia-smi" else [line for line in lines if line.startswith(("deviceName", "driverInfo"))]
    return found


class Runner:
    def __init__(self, environments):
        self.environments = environments
        self.failures = 0

    def run(self, device, words, **environment):
        """Runs a command for a device; gives what became of it, with the end of what it said if it failed."""
        start = time.perf_counter()
        variables = {**os.environ, **self.environments.get(feature_of(device), {}), **environment}
        print(f"{device}: {' '.join(words)}", file=sys.stderr, flush=True)
        done = subprocess.run(words, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        result = {"command": " ".join(words), "passed": done.returncode == 0, "seconds": time.perf_counter() - start}
        if done.returncode != 0:
            self.failures += 1
            result["end"] = done.stdout.splitlines()[-20:]
            print("\n".join(result["end"]), file=sys.stderr)
        return result

    def check(self, device, options):
        features = ["--features", feature_of(device)]
        with tempfile.TemporaryDirectory() as work:
            results = {"tests": self.run(device, ["cargo", "test", "-p", "unlearn", "--locked", *features, "--test", "devices"],
                                         UNLEARN_DEVICES=device)}
            speed, request = pathlib.Path(work, "speed.json"), pathlib.Path(work, "request.json")
            words = [sys.executable, "bench/beside_torch.py", "training_step", "--device", device, "--torch-python", options.torch_python,
                     "--pairs", str(options.pairs), "--seconds", str(options.seconds), "--json", str(speed)]
            results["speed"] = self.run(device, words)
            build = self.run(device, ["cargo", "build", "--workspace", "--release", "--locked", *features])
            results["build"] = build
            if build["passed"]:
                command = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target"), "release/unlearn")
                words = [sys.executable, "bench/request.py", "--command", str(command), "--device", device,
                         "--torch-python", options.torch_python, "--json", str(request)]
                results["request"] = self.run(device, words)
            for name, file in (("speed", speed), ("request", request)):
                if file.exists():
                    results[name]["record"] = json.loads(file.read_text())
        return results


def lines(device, results):
    """What a reader wants to know of a device."""
    yield f"{device}: " + ", ".join(f"{name} {'passed' if result['passed'] else 'FAILED'}" for name, result in results.items())
    for row in results["speed"].get("record", {}).get("rows", []):
        beside = "" if row["ratio"] is None else f", PyTorch {row['torch_ms']:.4g} ms, ratio {row['ratio']:.2f}"
        yield f"  {row['row']}: {row['ours_ms']:.4g} ms{beside}"
    for name, row in results.get("request", {}).get("record", {}).get("rows", {}).items():
        yield f"  request, {name}: {row['forget_seconds_median']:.3g} s, the whole process {row['process_seconds_median']:.3g} s"


def self_test():
    assert [feature_of(name) for name in ("vulkan:cpu", "libtorch-cuda:1", "wgpu")] == ["vulkan", "libtorch", "wgpu"]
    runner = Runner({"vulkan": {"ANSWER": "42"}})
    asked = [sys.executable, "-c", "import os, sys; print('talk'); sys.exit(os.environ.get('ANSWER') != '42')"]
    assert runner.run("vulkan:cpu", asked)["passed"] and runner.failures == 0
    failed = runner.run("wgpu", asked)
    assert not failed["passed"] and failed["end"] == ["talk"] and runner.failures == 1
    row = {"row": "training_step/mlp", "ours_ms": 2.0, "torch_ms": 1.0, "ratio": 2.0}
    request = {"passed": True, "record": {"rows": {"direct": {"forget_seconds_median": 0.25, "process_seconds_median": 1.5}}}}
    told = list(lines("wgpu", {"tests": {"passed": True}, "speed": {"passed": False, "record": {"rows": [row]}}, "request": request}))
    assert told == ["wgpu: tests passed, speed FAILED, request passed", "  training_step/mlp: 2 ms, PyTorch 1 ms, ratio 2.00",
                    "  request, direct: 0.25 s, the whole process 1.5 s"]
    assert torch_environment("no-such-python") is None
    print("self-test: passed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devices", help="names parted by commas")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, metavar="PER_ROW")
    parser.add_argument("--torch-python", default=sys.executable, metavar="PYTHON", help="a Python that imports torch 2.9")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    environments = {}
    environment = torch_environment(options.torch_python)
    if environment:
        environments["libtorch"] = environment
    names = options.devices.split(",") if options.devices else ["vulkan", "wgpu", *(["libtorch-cuda"] if environment else [])]
    runner = Runner(environments)
    devices = {name: runner.check(name, options) for name in names}
    record = {"schema": 1, "system": platform.platform(), "cards": cards(), "cores": os.cpu_count(), "devices": devices}
    for name, results in devices.items():
        print("\n".join(lines(name, results)))
    if options.json:
        options.json.write_text(json.dumps(record, indent=1) + "\n")
    return sys.exit(1 if runner.failures else 0)


if __name__ == "__main__":
    main()
