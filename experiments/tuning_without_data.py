#!/usr/bin/env python3
"""Can a network be tuned to forget deeper on samples that need no data when the request comes? In PyTorch, on Fashion-MNIST.

    experiments/tuning_without_data.py --data FOLDER --work FOLDER    trains, forgets, measures; record: records/tuning-without-data.json
    experiments/tuning_without_data.py --table                        prints the record as a Markdown table

Needs PyTorch and numpy. Networks, retrained networks, attacks and measures are the plain ones of compartments.py. The class's output takes the row of a spare
unit; then the last block is tuned on samples of all classes, which are either
- images synthesised from the network: from each class's code or from noise, by descent on the cross-entropy of the label, the distance of each batch
  normalisation's statistics from its running ones, and total variation; or
- drawn from statistics: per class the mean and the principal components of what the second block gives, kept when training ends, as codes are. No image is kept.
Tuning keeps the features and answers of kept classes' samples as they were, and pulls the features of each forgotten class's sample to those of the kept class's
sample whose features were nearest. Every setting is in the table; none was chosen by it. What is done is kept under --work; a changed script takes a new folder.
"""

import argparse
import copy
import json
import pathlib
import statistics
import time
import types

import numpy as np
import torch
import torch.nn.functional as F

import audit_tables
import command
import compartments
from compartments import CLASSES, FORMS, MIX, PROBED, REQUESTS, RETRAINED_SEEDS, TRAINED

SEEDS = [1, 2]
PER_CLASS, COMPONENTS = 64, 24
SYNTHESIS = {"steps": 200, "rate": 0.05, "statistics": 0.1, "variation": 0.01}
TUNING = {"steps": 150, "rate": 0.01, "momentum": 0.9, "clip": 1.0}
# The samples and what the pull is multiplied by.
WAYS = {
    "spare row": None,
    "bias lowered": None,
    "images from codes": ("codes", 1.0),
    "images from noise": ("noise", 1.0),
    "statistics, pull 0.3": ("statistics", 0.3),
    "statistics, pull 1": ("statistics", 1.0),
    "statistics, pull 3": ("statistics", 3.0),
}


def synthesised(net, codes, start, seed):
    """What the second block gives for images made from the network, per class."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(CLASSES).repeat_interleave(PER_CLASS)
    noise = torch.randn(len(labels), 1, 28, 28, generator=generator)
    images = ((codes[labels] + 0.1 * noise) if start == "codes" else noise).requires_grad_()
    norms, seen = [layer for layer in net.modules() if isinstance(layer, torch.nn.BatchNorm2d)], {}
    hooks = [norm.register_forward_hook(lambda norm, given, _: seen.__setitem__(norm, given[0])) for norm in norms]
    optimizer = torch.optim.Adam([images], SYNTHESIS["rate"])
    for _ in range(SYNTHESIS["steps"]):
        loss = F.cross_entropy(net(images), labels)
        for norm in norms:
            mean, variance = seen[norm].mean((0, 2, 3)), seen[norm].var((0, 2, 3))
            apart = (mean - norm.running_mean).square().mean() + (variance - norm.running_var).square().mean()
            loss = loss + SYNTHESIS["statistics"] * apart / norm.running_var.mean()
        loss = loss + SYNTHESIS["variation"] * (images.diff(dim=2).abs().mean() + images.diff(dim=3).abs().mean())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    for hook in hooks:
        hook.remove()
    with torch.no_grad():
        return net.second(net.first(images))


@torch.no_grad()
def statistics_of(net, images, labels):
    """Per class the mean of what the second block gives and its principal components, scaled by their deviations: what is kept of the training images."""
    kept = []
    for label in range(CLASSES):
        middle = torch.cat([net.second(net.first(batch)) for batch in images[labels == label].split(500)]).flatten(1)
        mean = middle.mean(0)
        _, scales, directions = torch.svd_lowrank(middle - mean, COMPONENTS)
        kept.append((mean, scales / len(middle) ** 0.5, directions))
    return kept


def drawn(kept, shape, seed):
    """Samples of every class that have its statistics; what the block gives is not negative."""
    generator = torch.Generator().manual_seed(seed)
    parts = [mean + torch.randn(PER_CLASS, COMPONENTS, generator=generator) * scales @ directions.T for mean, scales, directions in kept]
    return torch.cat(parts).clamp(min=0).reshape(-1, *shape)


def tune(net, middle, forgotten, pull):
    """Tunes the last block, its batch normalisation with running statistics as they are."""
    labels = torch.arange(CLASSES).repeat_interleave(PER_CLASS)
    gone = torch.isin(labels, torch.tensor(forgotten))
    with torch.no_grad():
        features = net.features(middle)
        answers = net.head(features)[~gone, :CLASSES].softmax(1)
        targets = features.clone()
        targets[gone] = features[~gone][torch.cdist(features[gone], features[~gone]).argmin(1)]
        scale = features.var(0).mean()
    parameters = list(net.third.parameters())
    optimizer = torch.optim.SGD(parameters, TUNING["rate"], momentum=TUNING["momentum"])
    for _ in range(TUNING["steps"]):
        now = net.features(middle)
        apart = (now - targets).square().mean(1) / scale
        kept = F.kl_div(net.head(now)[~gone, :CLASSES].log_softmax(1), answers, reduction="batchmean")
        optimizer.zero_grad()
        (kept + apart[~gone].mean() + pull * apart[gone].mean()).backward()
        torch.nn.utils.clip_grad_norm_(parameters, TUNING["clip"])
        optimizer.step()
    return net


def rows_of(seed, without, data):
    """Trains a network and measures all that is made of it."""
    start = time.time()
    net, codes = compartments.train(FORMS["plain"], seed, without, data.images[TRAINED], data.labels[TRAINED])
    print(f"seed {seed}, without {without}: trained, {time.time() - start:.0f} s", flush=True)
    *of_tests, tests = compartments.depths(net, data.tests)
    *of_probed, probed = compartments.depths(net, data.images[PROBED])
    with torch.no_grad():
        accuracy = compartments.percent(net.head(net.features(tests))[:, :CLASSES].argmax(1) == data.answers)
    known = {"tests": tests, "probed": probed, "accuracy": None if without else accuracy,
             "probes": [compartments.probe(fitted, data.labels[PROBED], tested, data.answers) for fitted, tested in zip(of_probed, of_tests)]}
    samples, rows = {}, []
    if not without:
        for kind in ("codes", "noise"):
            samples[kind] = synthesised(net, codes, kind, seed)
        samples["statistics"] = drawn(statistics_of(net, data.images[TRAINED], data.labels[TRAINED]), tests.shape[1:], seed)
        print(f"samples, {time.time() - start:.0f} s", flush=True)
    for request, forgotten in REQUESTS.items():
        for way in WAYS if not without else ["retrained"] if without == forgotten else []:
            tuned = WAYS.get(way)
            after = compartments.forget(net, codes, "plain", "spare row" if tuned else way, forgotten, data)
            began = time.time()
            if tuned:
                after = tune(copy.deepcopy(after), samples[tuned[0]], forgotten, tuned[1])
            row = {"form": "plain", "seed": seed, "request": request, "way": way, "tuning_seconds": time.time() - began}
            rows.append({**row, **compartments.measure(after, forgotten, way, known, data)})
            print(f"{request}: {way}, {time.time() - start:.0f} s", flush=True)
    return rows


def table(record):
    """Per request and way; of every seed a number. Areas are those of the better start."""
    def cell(rows, number, digits=1):
        return " / ".join("-" if number(row) is None else f"{number(row):.{digits}f}" for row in rows)

    def area(shots):
        return lambda row: max(one["area"] for one in row["attacks"] if one["clip"] and one["shots"] == shots)

    audit_tables.row("forgotten", "way", "A_R", "E_F", *(f"k={k}" for k in compartments.SHOTS), "probe 2", "probe 3",
                     *(f"landing, {seed}" for seed in RETRAINED_SEEDS), "seconds")
    audit_tables.row(*["---"] * (7 + len(compartments.SHOTS) + len(RETRAINED_SEEDS) - 1))
    for request in REQUESTS:
        for way in ["retrained", *WAYS]:
            rows = [row for row in record["rows"] if (row["request"], row["way"]) == (request, way)]
            audit_tables.row(request, way, *(cell(rows, lambda row: row[f"{key}_percent"]) for key in ("kept_accuracy", "forgotten_error")),
                             *(cell(rows, area(shots), 0) for shots in compartments.SHOTS),
                             *(cell(rows, lambda row: row["probe_percent"][depth]) for depth in (1, 2)),
                             *(cell(rows, lambda row: row["total_variation"].get(str(seed)), 2) for seed in RETRAINED_SEEDS),
                             f"{statistics.median(row['tuning_seconds'] for row in rows):.1f}" if WAYS.get(way) else "-")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, help="folder with fashion-mnist/")
    parser.add_argument("--work", type=pathlib.Path, help="rows are kept here, and used if they are there")
    parser.add_argument("--table", action="store_true")
    arguments = parser.parse_args()
    if arguments.table:
        return table(json.loads((command.RECORDS / "tuning-without-data.json").read_text()))
    torch.set_num_threads(1)
    images, labels = compartments.read(arguments.data / "fashion-mnist", "train")
    tests, answers = compartments.read(arguments.data / "fashion-mnist", "t10k")
    data = types.SimpleNamespace(images=images, labels=labels, tests=tests, answers=answers)
    arguments.work.mkdir(parents=True, exist_ok=True)
    rows = []
    for seed, without in [(seed, forgotten) for forgotten in REQUESTS.values() for seed in RETRAINED_SEEDS] + [(seed, []) for seed in SEEDS]:
        path = arguments.work / f"tuned {seed} without {without}.json"
        if not path.exists():
            path.write_text(json.dumps(rows_of(seed, without, data)))
        rows += json.loads(path.read_text())
    settings = {"mix": MIX, "per_class": PER_CLASS, "components": COMPONENTS, "synthesis": SYNTHESIS, "tuning": TUNING, "measured_in": "float32", "threads": 1}
    command.write("tuning-without-data", {"torch": torch.__version__, "numpy": np.__version__, **settings, "rows": compartments.with_distances(rows)})


if __name__ == "__main__":
    main()
