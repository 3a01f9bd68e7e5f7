#!/usr/bin/env python3
"""How far must a code fall until the class's images are forgotten, and how well does the code's fall predict it?

    experiments/confidence.py --data FOLDER --work FOLDER

Models as in every_request.py (seeds 1 to 3). Each class is forgotten at twelve strengths (--goal), which give falls: by how many
times its log-odds on the class's code, ln(p / (1 - p)), the code is brought down. The fall that was needed is the first with which at least
99 % of the class's images are answered wrong (the geometric mean of it and the one before). Falls of less than 1 leave the code decoded and
never pass the gate, so the smallest is 1.1, also for classes that needed less.

The two constants of the library (mean and deviation of the needed fall's logarithm) are fitted on TRAINING images of MNIST, Fashion-MNIST and
CIFAR-10. How well they predict is measured on test images of these and of data that had no part in the fit (faces, and two networks trained for
longer). Beside it stand constants fitted without the data set that is predicted. Record: records/confidence.json.
"""

import argparse
import json
import math
import os
import statistics

import command
import recipes

FALLS = [1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2.0, 2.25, 2.5, 3.0, 4.0]
FITTED = ["mnist", "fashion", "cifar"]
OTHERS = ["faces", "mnist-long", "fashion-long"]
SEEDS = {"mnist-long": [1], "fashion-long": [1]}


def log_odds(loss):
    return -math.log(math.expm1(loss)) if loss < 700 else -loss


def confidence(fall, constants):
    mean, deviation = constants
    return 0.5 * math.erfc(-(math.log(fall) - mean) / deviation / math.sqrt(2))


def training_as_test(data, work, folder):
    """A folder whose test part is the training part of another."""
    out = work / f"{folder}-training"
    out.mkdir(exist_ok=True)
    link = lambda name, target: (out / name).exists() or os.symlink((data / folder / target).resolve(), out / name)
    if (data / folder / "train").is_dir():
        link("train", "test"), link("test", "train")
    else:
        for kind in ["images-idx3", "labels-idx1"]:
            link(f"train-{kind}-ubyte.gz", f"t10k-{kind}-ubyte.gz"), link(f"t10k-{kind}-ubyte.gz", f"train-{kind}-ubyte.gz")
    return out


def error_percent(confusion, of):
    images = sum(confusion[of])
    return 100.0 * (images - confusion[of][of]) / images


def measure(unlearn, name, seed):
    """Per class and strength: the fall, and the error on training and test images."""
    model, codes, _ = unlearn.train(f"{name}-{seed}" if name in FITTED + ["faces"] else name, recipes.training(name, seed))
    classes = [row["name"] for row in unlearn("evaluate", model, "--data", unlearn.data / recipes.FOLDERS[name])["classes"]]
    rows, files = [], []
    for place, label in enumerate(classes):
        before = unlearn("forget", model, "--codes", codes, "--class", label, "--method", "mnemonic", "--dry-run")["confidence"][0]["loss_before"]
        for fall in FALLS:
            # Weight and bias each bring the code to the goal alone, so together they bring it twice as far.
            goal = math.log1p(math.exp((fall / 2 - 1) * log_odds(before)))
            out = unlearn.work / f"strength-{name}-{place}-{fall}.safetensors"
            made = unlearn("forget", model, "--codes", codes, "--class", label, "--goal", goal, "--max-kept-loss", 1e9,
                           "--out", out, "--overwrite", may_fail=True)
            if not made["gate"]["passed"]:
                continue
            code = made["confidence"][0]
            fall = (log_odds(code["loss_before"]) - log_odds(code["loss_after"])) / log_odds(code["loss_before"])
            rows.append({"data": name, "seed": seed, "class": label, "fall": fall})
            files.append((out, place))
    folders = {"test": unlearn.data / recipes.FOLDERS[name]}
    if name != "faces":
        folders["training"] = training_as_test(unlearn.data, unlearn.work, recipes.FOLDERS[name])
    for part, folder in folders.items():
        models = unlearn("evaluate", *[out for out, _ in files], "--data", folder)["models"]
        for row, (_, place), evaluation in zip(rows, files, models):
            row[f"{part}_error_percent"] = error_percent(evaluation["confusion"], place)
    for out, _ in files:
        out.unlink()
    return rows


def needed(rows, part):
    """The needed fall of every class, as logarithms."""
    found = []
    for key in dict.fromkeys((row["data"], row["seed"], row["class"]) for row in rows):
        of_class = sorted((row for row in rows if (row["data"], row["seed"], row["class"]) == key), key=lambda row: row["fall"])
        enough = [row[f"{part}_error_percent"] >= 99 for row in of_class]
        first = enough.index(True) if True in enough else len(enough) - 1
        found.append((math.log(of_class[first]["fall"]) + math.log(of_class[max(first - 1, 0)]["fall"])) / 2)
    return found


def fit(rows):
    falls = needed(rows, "training")
    return [statistics.mean(falls), statistics.stdev(falls)]


def reliability(rows, constants):
    """Of the predictions within a range: how many, how sure on average, and how often it was so on test images."""
    edges = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1.0001]
    table, squares = [], []
    predictions = [(confidence(row["fall"], constants), row["test_error_percent"] >= 99) for row in rows]
    for low, high in zip(edges, edges[1:]):
        part = [pair for pair in predictions if low <= pair[0] < high]
        if part:
            table.append({"from": low, "below": min(high, 1), "predictions": len(part),
                          "predicted": statistics.mean(p for p, _ in part), "observed": statistics.mean(hit for _, hit in part)})
    squares = [(p - hit) ** 2 for p, hit in predictions]
    rate = statistics.mean(hit for _, hit in predictions)
    return {"predictions": len(predictions), "brier": statistics.mean(squares), "brier_of_the_mean_rate": rate * (1 - rate), "ranges": table}


def main():
    parser = command.arguments(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    parser.add_argument("--only", nargs="+", default=FITTED + OTHERS)
    options = parser.parse_args()
    unlearn = command.Command(options.command, options.data, options.work)
    rows = []
    for name in options.only:
        for seed in SEEDS.get(name, [1, 2, 3]):
            cache = options.work / f"confidence-{name}-{seed}.json"
            if not cache.exists():
                print(name, seed, flush=True)
                cache.write_text(json.dumps(measure(unlearn, name, seed)))
            rows += json.loads(cache.read_text())
    fitted = [row for row in rows if row["data"] in FITTED]
    constants = fit(fitted)
    by_data = {}
    for name in dict.fromkeys(row["data"] for row in rows):
        of_data = [row for row in rows if row["data"] == name]
        base = name.removesuffix("-long")
        without = fit([row for row in fitted if row["data"] != base])
        entry = {"needed_fall_test": sorted(round(math.exp(fall), 3) for fall in needed(of_data, "test")),
                 "constants_fitted_without_it": without, "with_the_librarys_constants": reliability(of_data, constants),
                 "with_constants_fitted_without_it": reliability(of_data, without)}
        by_data[name] = entry
    command.write("confidence", {"fall": "by how many times its log-odds the code was brought down", "constants": constants,
                                 "all": reliability(rows, constants), "by_data": by_data,
                                 "rows": [{key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()} for row in rows]})


if __name__ == "__main__":
    main()
