#!/usr/bin/env python3
"""Does training that ties a class's last features to channels of its own make forgetting without data go deeper? In PyTorch, on Fashion-MNIST.

    experiments/compartments.py --data FOLDER --work FOLDER    trains, forgets, measures; record: records/compartments.json
    experiments/compartments.py --table                        prints the record as Markdown tables

Needs PyTorch and numpy. A network as `--architecture cnn --width 32` makes, with a code per class and spare output units, is trained plainly or with
compartments: of the last 64 channels each class has some of its own ("private"), the rest are shared. To that end
- a penalty keeps the private channels of other classes small, or
- routing leaves the forward pass as it is, but weakens ("leak") or stops the gradient of a sample into the private channels of other classes; class
  dropout now and then leaves a class, its private channels and its output out of a batch, so that the others learn to do without.
To forget, the class's output takes the row of a spare unit, and its private channels are reset: drawn anew and, as nothing is known of how to scale
them, shut. Measured beside networks trained plainly without the classes. What is done is kept under --work; a changed script takes a new folder.
"""

import argparse
import copy
import gzip
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

CLASSES, SPARE, CHANNELS = 10, 4, 64
# Of the training images: what networks are trained on, probes fitted on, attackers have.
TRAINED, PROBED, ATTACKED = slice(0, 20_000), slice(20_000, 24_000), 30_000
BATCH, EPOCHS, RATE, MIX = 128, 5, 0.05, 0.1
# private: channels per class; leak: part of the gradient that passes (1: no routing); class_dropout: probability that a batch goes without a class.
FORMS = {
    "plain": {"private": 0, "penalty": 0, "leak": 1, "class_dropout": 0},
    "penalty": {"private": 6, "penalty": 0.3, "leak": 1, "class_dropout": 0},
    "routing, 6 private": {"private": 6, "penalty": 0, "leak": 0.1, "class_dropout": 0.5},
    "routing, 3 private": {"private": 3, "penalty": 0, "leak": 0, "class_dropout": 0.3},
}
SEEDS = {"plain": [1, 2], "penalty": [1, 2], "routing, 6 private": [1, 2], "routing, 3 private": [1]}
RETRAINED_SEEDS = [11, 12]
REQUESTS = {"8": [8], "0": [0], "1,4,7": [1, 4, 7]}
RESET = "spare row, channels reset"
WAYS = {"plain": ["bias lowered", "spare row", "spare row, channels dampened"]}  # Of the others: RESET.
OPENED = "row redrawn, channels opened"
STARTS = ["as is", "row redrawn", OPENED]  # The last undoes the shutting of channels.
SHOTS, STEPS, MOMENTS = [5, 20], 60, [0, 2, 5, 10, 20, 30, 45, 60]
CLIPPED = {"rate": 0.03, "clip": 1.0}
UNCLIPPED = [{"rate": rate, "clip": None} for rate in (0.003, 0.01, 0.03)]


def read(folder, part):
    images, labels = (gzip.open(folder / f"{part}-{kind}-ubyte.gz").read()[header:] for kind, header in [("images-idx3", 16), ("labels-idx1", 8)])
    images, labels = (torch.tensor(np.frombuffer(part, np.uint8).copy()) for part in (images, labels))
    return normalized(images.reshape(-1, 1, 28, 28) / 255), labels.long()


def normalized(images):
    return (images - 0.286) / 0.353


def percent(truths):
    return 100 * truths.float().mean().item()


def block(inputs, outputs):
    return [torch.nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), torch.nn.BatchNorm2d(outputs), torch.nn.ReLU()]


class Cnn(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Sequential(*block(1, 32), torch.nn.MaxPool2d(2))
        self.second = torch.nn.Sequential(*block(32, 64), torch.nn.MaxPool2d(2))
        self.third = torch.nn.Sequential(*block(64, CHANNELS))
        self.head = torch.nn.Linear(CHANNELS, CLASSES + SPARE)

    def features(self, middle):
        """The last channels' means over the image, from what the second block gives."""
        return self.third(middle).float().mean((2, 3))

    def forward(self, images):
        return self.head(self.features(self.second(self.first(images))))


def own_channels(private):
    """Row c marks the private channels of class c."""
    of_class = torch.arange(CHANNELS) // private if private else torch.full((CHANNELS,), CLASSES)
    return of_class == torch.arange(CLASSES)[:, None]


def train(form, seed, without, images, labels):
    torch.manual_seed(seed)
    net, codes = Cnn().to(memory_format=torch.channels_last), normalized(torch.rand(CLASSES, 1, 28, 28))
    there = torch.isin(labels, torch.tensor(without), invert=True)
    images, labels, present = images[there], labels[there], [label for label in range(CLASSES) if label not in without]
    own = own_channels(form["private"])
    batches = len(labels) // BATCH
    optimizer = torch.optim.SGD(net.parameters(), RATE, momentum=0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS * batches)
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(labels))[: batches * BATCH].split(BATCH):
            y, planted = labels[chosen], torch.rand(BATCH) < MIX
            x = torch.where(planted[:, None, None, None], codes[y], images[chosen])
            absent = present[torch.randint(len(present), ())] if torch.rand(()) < form["class_dropout"] else None
            if absent is not None:
                x, y = x[y != absent], y[y != absent]
            with torch.autocast("cpu", torch.bfloat16):
                features = net.features(net.second(net.first(x.contiguous(memory_format=torch.channels_last))))
            foreign = own.any(0) & ~own[y]
            penalty = form["penalty"] * (features * foreign).sum(1).mean() / CLASSES
            features = torch.where(foreign, form["leak"] * features + (1 - form["leak"]) * features.detach(), features)
            logits = net.head(features)
            if absent is not None:
                logits = net.head(features * ~own[absent]).index_fill(1, torch.tensor([absent]), -1e4)
            optimizer.zero_grad()
            (F.cross_entropy(logits, y) + penalty).backward()
            optimizer.step()
            schedule.step()
    return net.eval(), codes


def uniform(shape, inputs, generator):
    """Weights as before training."""
    return (2 * torch.rand(shape, generator=generator) - 1) * inputs**-0.5


@torch.no_grad()
def forget(net, codes, form, way, forgotten, data):
    net, kept = copy.deepcopy(net), [label for label in range(CLASSES) if label not in forgotten]
    kernels, norm, head = net.third[0].weight, net.third[1], net.head
    if way == "retrained":
        return net
    if way == "bias lowered":
        # The control of `unlearn audit` that hides and forgets nothing: just as far as no training image of the classes is answered with them.
        logits = net(data.images[TRAINED][torch.isin(data.labels[TRAINED], torch.tensor(forgotten))])[:, :CLASSES]
        head.bias[forgotten] -= 1.01 * (logits[:, forgotten].amax(1) - logits[:, kept].amax(1)).max().clamp(min=0) + 0.01
        return net
    if way == "spare row, channels dampened":
        # By how much less the codes of kept classes rouse a channel, on average, than that of the forgotten class (of several the most).
        roused = net.features(net.second(net.first(codes)))
        scale = ((roused[kept].mean(0) + 1e-6) / (roused[forgotten].amax(0) + 1e-6)).clamp(max=1)
        norm.weight *= scale
        norm.bias *= scale
    if way == RESET:
        channels = own_channels(FORMS[form]["private"])[forgotten].any(0)
        kernels[channels] = uniform(kernels[channels].shape, 9 * 64, torch.Generator().manual_seed(3))
        for values, value in [(norm.weight, 0), (norm.bias, 0), (norm.running_mean, 0), (norm.running_var, 1)]:
            values[channels] = value
    spare = range(CLASSES, CLASSES + len(forgotten))
    head.weight[forgotten], head.bias[forgotten] = head.weight[spare], head.bias[spare]
    return net


@torch.no_grad()
def depths(net, images):
    """Features of the first two blocks as probes get them, and all that the second gives: nothing here forgets before that."""
    parts = []
    for batch in images.split(1000):
        first = net.first(batch)
        second = net.second(first)
        parts.append((F.adaptive_avg_pool2d(first, 2).flatten(1), F.adaptive_avg_pool2d(second, 2).flatten(1), second))
    return [torch.cat(part) for part in zip(*parts)]


def probe(fitted, labels, tested, answers):
    """Percent of each class's test images that logistic regression on standardised features answers right."""
    alive = fitted.std(0) > 1e-4
    fitted, tested = (((part - fitted.mean(0)) / fitted.std(0))[:, alive] for part in (fitted, tested))
    weight, bias = torch.zeros(fitted.shape[1], CLASSES, requires_grad=True), torch.zeros(CLASSES, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=60, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        value = F.cross_entropy(fitted @ weight + bias, labels) + 5e-4 * weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    right = (tested @ weight + bias).argmax(1) == answers
    return [percent(right[answers == label]) for label in range(CLASSES)]


def relearn(net, forgotten, shots, start, rate, clip, data):
    """An attacker trains all weights on `shots` images per class, the same ones in the same batches for every network; running statistics stay.
    Area: mean over the steps of the percent of the classes' test images answered right less the percent of kept ones answered with them."""
    net, draw = copy.deepcopy(net), torch.Generator().manual_seed(5)
    had = torch.randperm(len(data.labels) - ATTACKED, generator=draw) + ATTACKED
    chosen = torch.cat([had[data.labels[had] == label][:shots] for label in range(CLASSES)])
    order = [torch.randint(len(chosen), (50,), generator=draw) for _ in range(STEPS)]
    with torch.no_grad():
        if start != STARTS[0]:
            net.head.weight[forgotten], net.head.bias[forgotten] = uniform((len(forgotten), CHANNELS), CHANNELS, draw), 0
        if start == OPENED:
            net.third[1].weight[net.third[1].weight == 0] = 1
    of_forgotten = torch.isin(data.answers, torch.tensor(forgotten))
    asked = torch.cat([places[:: len(places) // 200][:200] for places in (torch.nonzero(of_forgotten)[:, 0], torch.nonzero(~of_forgotten)[:, 0])])
    wanted, answers = of_forgotten[asked], data.answers[asked]
    optimizer = torch.optim.SGD(net.parameters(), rate, momentum=0.9)
    gains, loss = [], torch.zeros(())
    for step in range(STEPS + 1):
        if step in MOMENTS:
            with torch.no_grad():
                last = net.features(net.second(net.first(data.tests[asked])))
                given = net.head(last)[:, :CLASSES].argmax(1)
            gains.append(percent((given == answers)[wanted]) - percent(torch.isin(given[~wanted], torch.tensor(forgotten))))
        if step < STEPS:
            loss = F.cross_entropy(net(data.images[chosen[order[step]]])[:, :CLASSES], data.labels[chosen[order[step]]])
            optimizer.zero_grad()
            loss.backward()
            if clip is not None:
                torch.nn.utils.clip_grad_norm_(net.parameters(), clip)
            optimizer.step()
    return {"shots": shots, "start": start, "rate": rate, "clip": clip, "area": round(float(np.trapezoid(gains, MOMENTS)) / STEPS, 2),
            "loss_is_number": bool(loss.isfinite()), "live_channels": int((last > 0).any(0).sum()),
            "kept_accuracy_percent": percent((given == answers)[~wanted])}


def measure(net, forgotten, way, known, data):
    """What the record says of a network that forgot. `known` is the same for all that is made of one original."""
    with torch.no_grad():
        last, last_of_probed = net.features(known["tests"]), net.features(known["probed"])
        logits = net.head(last)[:, :CLASSES]
    of_forgotten, right = torch.isin(data.answers, torch.tensor(forgotten)), logits.argmax(1) == data.answers
    others = logits.index_fill(1, torch.tensor(forgotten), -torch.inf).argmax(1)
    probes = [*known["probes"], probe(last_of_probed, data.labels[PROBED], last, data.answers)]
    attacks = [(shots, start, CLIPPED) for shots in SHOTS for start in STARTS if start != OPENED or way == RESET]
    attacks += [(SHOTS[-1], STARTS[0], unclipped) for unclipped in UNCLIPPED if way in ("retrained", "spare row")]
    return {"original_accuracy_percent": known["accuracy"], "kept_accuracy_percent": percent(right[~of_forgotten]),
            "forgotten_error_percent": 100 - percent(right[of_forgotten]),
            "probe_percent": [statistics.mean(of_class[label] for label in forgotten) for of_class in probes],
            "landing": [torch.bincount(others[data.answers == label], minlength=CLASSES).tolist() for label in forgotten],
            "attacks": [relearn(net, forgotten, shots, start, data=data, **rate) for shots, start, rate in attacks]}


def rows_of(form, seed, without, data):
    """Trains a network and measures all that is made of it."""
    start = time.time()
    net, codes = train(FORMS[form], seed, without, data.images[TRAINED], data.labels[TRAINED])
    print(f"{form}, seed {seed}, without {without}: trained, {time.time() - start:.0f} s", flush=True)
    *of_tests, tests = depths(net, data.tests)
    *of_probed, probed = depths(net, data.images[PROBED])
    with torch.no_grad():
        accuracy = percent(net.head(net.features(tests))[:, :CLASSES].argmax(1) == data.answers)
    known = {"tests": tests, "probed": probed, "accuracy": None if without else accuracy,
             "probes": [probe(fitted, data.labels[PROBED], tested, data.answers) for fitted, tested in zip(of_probed, of_tests)]}
    rows = []
    for request, forgotten in REQUESTS.items():
        for way in WAYS.get(form, [RESET]) if not without else ["retrained"] if without == forgotten else []:
            after = forget(net, codes, form, way, forgotten, data)
            rows.append({"form": form, "seed": seed, "request": request, "way": way, **measure(after, forgotten, way, known, data)})
            print(f"{request}: {way}, {time.time() - start:.0f} s", flush=True)
    return rows


def with_distances(rows):
    """Adds where images of the forgotten classes land beside each retrained model: total variation, mean over the classes."""
    retrained = {(row["request"], row["seed"]): row["landing"] for row in rows if row["way"] == "retrained"}
    for row in rows:
        row["total_variation"] = {seed: statistics.mean(sum(abs(a - b) for a, b in zip(mine, its)) / 2 / sum(mine)
                                                        for mine, its in zip(row["landing"], retrained[row["request"], seed]))
                                  for seed in RETRAINED_SEEDS if (row["way"], row["seed"]) != ("retrained", seed)}
    return rows


def table(record):
    """Per request and way to forget; of every seed a number. Areas are those of the better start."""
    def cell(rows, number, digits=1):
        return " / ".join("-" if number(row) is None else f"{number(row):.{digits}f}" for row in rows)

    def area(shots, opened):
        def best(row):
            areas = [one["area"] for one in row["attacks"] if one["clip"] and one["shots"] == shots and (one["start"] == OPENED) == opened]
            return max(areas, default=None)
        return best

    audit_tables.row("forgotten", "form", "way", "original", "A_R", "E_F", *(f"k={k}" for k in SHOTS), *(f"k={k}, opened" for k in SHOTS),
                     "probe 1", "probe 2", "probe 3", *(f"landing, {seed}" for seed in RETRAINED_SEEDS))
    audit_tables.row(*["---"] * 15)
    keys = dict.fromkeys((row["request"], row["form"], row["way"]) for row in record["rows"])
    for request, form, way in sorted(keys, key=lambda key: list(REQUESTS).index(key[0])):
        rows = [row for row in record["rows"] if (row["request"], row["form"], row["way"]) == (request, form, way)]
        audit_tables.row(request, form, way, *(cell(rows, lambda row: row[f"{key}_percent"])
                                               for key in ("original_accuracy", "kept_accuracy", "forgotten_error")),
                         *(cell(rows, area(shots, opened), 0) for opened in (False, True) for shots in SHOTS),
                         *(cell(rows, lambda row: row["probe_percent"][depth]) for depth in range(3)),
                         *(cell(rows, lambda row: row["total_variation"].get(str(seed)), 2) for seed in RETRAINED_SEEDS))
    print()
    audit_tables.row("attack as is, k=20", "networks", "loss not a number", "last features dead", "kept accuracy after it: least, median", "area: median")
    audit_tables.row(*["---"] * 6)
    for way in ("retrained", "spare row"):
        for rate in [CLIPPED, *UNCLIPPED]:
            ends = [one for row in record["rows"] if row["way"] == way for one in row["attacks"]
                    if one["shots"] == SHOTS[-1] and one["start"] == STARTS[0] and {"rate": one["rate"], "clip": one["clip"]} == rate]
            kept = [one["kept_accuracy_percent"] for one in ends]
            audit_tables.row(f"rate {rate['rate']}, " + ("norm at most 1" if rate["clip"] else "not clipped"), f"{len(ends)}, {way}",
                             sum(not one["loss_is_number"] for one in ends), sum(one["live_channels"] == 0 for one in ends),
                             f"{min(kept):.1f}, {statistics.median(kept):.1f}", f"{statistics.median(one['area'] for one in ends):.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, help="folder with fashion-mnist/")
    parser.add_argument("--work", type=pathlib.Path, help="rows are kept here, and used if they are there")
    parser.add_argument("--table", action="store_true")
    arguments = parser.parse_args()
    if arguments.table:
        return table(json.loads((command.RECORDS / "compartments.json").read_text()))
    torch.set_num_threads(1)
    images, labels = read(arguments.data / "fashion-mnist", "train")
    tests, answers = read(arguments.data / "fashion-mnist", "t10k")
    data = types.SimpleNamespace(images=images, labels=labels, tests=tests, answers=answers)
    rows = []
    jobs = [("plain", seed, forgotten) for forgotten in REQUESTS.values() for seed in RETRAINED_SEEDS]
    for form, seed, without in jobs + [(form, seed, []) for form in FORMS for seed in SEEDS[form]]:
        path = arguments.work / f"{form} {seed} without {without}.json"
        if not path.exists():
            path.write_text(json.dumps(rows_of(form, seed, without, data)))
        rows += json.loads(path.read_text())
    recipe = f"first 20,000 training images, {EPOCHS} epochs, batches of {BATCH}, SGD, one cycle up to {RATE}, weight decay 5e-4, bfloat16"
    settings = {"train": recipe, "mix": MIX, "spare_units": SPARE, "measured_in": "float32", "threads": 1, "forms": FORMS}
    command.write("compartments", {"torch": torch.__version__, "numpy": np.__version__, **settings, "rows": with_distances(rows)})


if __name__ == "__main__":
    main()
