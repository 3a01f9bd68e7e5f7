#!/usr/bin/env python3
"""Every single class, pairs, triples, half the classes and a sequence of requests, with `unlearn forget`'s defaults.

    experiments/every_request.py mnist|fashion|faces|cifar --data FOLDER --work FOLDER

For each of three training seeds: every class alone; ten pairs {k, k+1}; five triples {k, k+3, k+6}; for faces also three groups of five; every other
class; and one class after another until two are left. For each request: the model before, `unlearn forget` with its defaults, the bias shift, the
paper's fixed pair for MNIST (lambda1 1e-3, lambda2 10, whole network, one shot) and, with --oracle, for seeds where it is asked for, a model retrained without the classes (single
classes and pairs). Measured on all test images. Record: records/every-request-NAME.json.
"""

import argparse
import json
import shlex

import command
import recipes

SEEDS = [1, 2, 3]


def requests(count):
    step = count // 10
    yield from (("single", [k]) for k in range(count))
    yield from (("pair", [k * step, (k * step + 1) % count]) for k in range(10))
    yield from (("triple", [k * step, (k * step + 3) % count, (k * step + 6) % count]) for k in range(5))
    if count >= 20:
        yield from (("five", list(range(k * 5, k * 5 + 5))) for k in range(3))
    yield "half", list(range(0, count, 2))


def measures(evaluation, gone):
    """A_R, E_F, and each kept class's accuracy, of a confusion matrix."""
    confusion = evaluation["confusion"]
    kept = [c for c in range(len(confusion)) if c not in gone]
    right = lambda classes: sum(confusion[c][c] for c in classes)
    images = lambda classes: sum(sum(confusion[c]) for c in classes)
    return {"kept_accuracy_percent": 100 * right(kept) / images(kept),
            "forgotten_error_percent": 100 - 100 * right(gone) / images(gone),
            "class_accuracy_percent": [100 * right([c]) / images([c]) for c in range(len(confusion))]}


def compared(before, after, gone):
    """Measures after, and the worst fall of one kept class."""
    falls = [new - old for c, (old, new) in enumerate(zip(before["class_accuracy_percent"], after["class_accuracy_percent"])) if c not in gone]
    return {"kept_accuracy_percent": after["kept_accuracy_percent"], "forgotten_error_percent": after["forgotten_error_percent"],
            "change_of_kept_accuracy": after["kept_accuracy_percent"] - before["kept_accuracy_percent"], "worst_change_of_one_class": min(falls)}


def forget(unlearn, model, codes, names, gone, out, *words):
    asked = [word for c in gone for word in ("--class", names[c])]
    method = () if "--method" in words else ("--method", "mnemonic")
    record = unlearn("forget", model, "--codes", codes, *asked, *method, *words, "--out", out, "--overwrite", may_fail=True)
    gate = record["gate"]
    return {"seconds": record["forget_seconds"], "backward_passes": record["backward_passes"],
            "confidence": [entry["confidence"] for entry in record["confidence"]],
            "code_loss": [entry["loss_after"] for entry in record["confidence"]],
            "kept_loss_rise": record["codes"]["kept_loss"] - record["codes_before"]["kept_loss"],
            "came_back": record["came_back"], "gate_passed": gate["passed"] if gate else None}


def run(unlearn, name, seed, oracle):
    model, codes, trained = unlearn.train(f"{name}-{seed}", recipes.training(name, seed))
    data = unlearn.data / recipes.FOLDERS[name]
    original = unlearn("evaluate", model, "--data", data)
    names = [row["name"] for row in original["classes"]]
    cells, files = [], []
    # What does not depend on the defaults is measured once.
    cache = unlearn.work / f"every-request-{name}-{seed}-controls.json"
    controls = json.loads(cache.read_text()) if cache.exists() else {}
    key = lambda cell, variant: f"{cell['kind']} {cell['gone']} {variant}"

    def add(cell, variant, file, what):
        cell["variants"][variant] = what
        files.append((file, cell, variant))

    place = lambda *parts: unlearn.work / ("-".join(map(str, [name, seed, *parts])) + ".forgotten.safetensors")
    for kind, gone in requests(len(names)):
        cell = {"kind": kind, "gone": gone, "variants": {}}
        cells.append(cell)
        for variant, words in {"automatic": [], "bias_shift": ["--method", "bias-shift"],
                               "paper": ["--lambda1", 1e-3, "--lambda2", 10]}.items():
            if key(cell, variant) in controls:
                cell["variants"][variant] = controls[key(cell, variant)]
                continue
            file = place(kind, *gone, variant)
            add(cell, variant, file, forget(unlearn, model, codes, names, gone, file, *words))
        if oracle and kind in ["single", "pair"]:
            tag = "-".join(names[c] for c in gone)
            without = " ".join(f"--without {shlex.quote(names[c])}" for c in gone)
            if key(cell, "retrained") in controls:
                cell["variants"]["retrained"] = controls[key(cell, "retrained")]
                continue
            file, _, _ = unlearn.train(f"{name}-{seed}-without-{tag}", f"{recipes.training(name, seed)} {without}")
            add(cell, "retrained", file, {})
    # One request after another, each from the model that the one before left.
    current = model
    for gone in range(len(names) - 2):
        cell = {"kind": "sequence", "gone": list(range(gone + 1)), "variants": {}}
        cells.append(cell)
        file = place("sequence", gone)
        add(cell, "automatic", file, forget(unlearn, current, codes, names, [gone], file))
        current = file
    evaluations = unlearn("evaluate", *[file for file, _, _ in files], "--data", data)["models"]
    for (file, cell, variant), evaluation in zip(files, evaluations):
        gone = cell["gone"]
        cell["variants"][variant].update(compared(measures(original, gone), measures(evaluation, gone), gone))
        if variant != "retrained":
            file.unlink()
        if variant != "automatic":
            controls[key(cell, variant)] = cell["variants"][variant]
    for cell in cells:
        cell["before"] = measures(original, cell["gone"])["kept_accuracy_percent"]
    cache.write_text(json.dumps(controls))
    keys = ["accuracy_percent", "code_accuracy_percent", "train_seconds", "model_digest"]
    return {"seed": seed, "classes": names, "original": {key: trained[key] for key in keys}, "requests": cells}


def main():
    parser = command.arguments(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    parser.add_argument("name", choices=["mnist", "fashion", "faces", "cifar"])
    parser.add_argument("--oracle", type=int, nargs="*", default=[], metavar="SEED", help="seeds for which models are retrained, too")
    options = parser.parse_args()
    unlearn = command.Command(options.command, options.data, options.work)
    runs = []
    for seed in SEEDS:
        print(options.name, seed, flush=True)
        runs.append(run(unlearn, options.name, seed, seed in options.oracle))
    command.write(f"every-request-{options.name}", {"data": options.name, "train": recipes.RECIPES[options.name], "runs": runs})


if __name__ == "__main__":
    main()
