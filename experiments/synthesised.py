#!/usr/bin/env python3
"""Does fine-tuning on images synthesised from the model bring it nearer to a retrained one than the transplant does?

    experiments/synthesised.py NAME .. --data FOLDER --work FOLDER [--request 0] [--seeds 1 2 3] [--oracles 2] [--forms FORM ..]
    experiments/synthesised.py NAME .. --data FOLDER --work FOLDER --choose
    experiments/synthesised.py --table

Needs torch, numpy and pillow; --table does not. NAME is a recipe of recipes.py with `--architecture cnn`; models are trained, or taken from --work, as depth.py does. Record: records/synthesised.json,
which other networks, seeds and forms are added to. With --table it prints that beside what records/depth-NAME.json says of the transplant and of retrained models.

Images of every class, the forgotten one too, are made from the original model alone: pixels, starting as noise or as the class's code and noise, descend the cross-entropy to the label, the squared distance of
each batch normalisation's batch mean and variance from its running ones, and total variation (DeepInversion: Yin et al., "Dreaming to Distill", CVPR 2020). Then all weights of the model that "transplant, rows alone"
leaves, but the last layer and the running statistics, are fine-tuned: images of kept classes hold features and logits to the original's (distillation), images of the forgotten class take their features to
- span: what kept rows read of them, the rest beside these rows' span as it is in the mean of the kept classes (hypothesis 2 of docs/depth.md), or
- nearest: the mean features of the kept class whose mean is nearest.
The bound does the same with as many training images of the data, and says whether the images or the target is the limit.

What was chosen by what: --choose shows rates and weights of the forgotten class on held training images, for seed 1 and class 0. A weight of 10 at 0.003 was taken by Fashion-MNIST's and a look at CIFAR-10's: at most half a point of accuracy
among kept classes, features of the forgotten class varying about as in retrained models. 30 keeps within the half point as well and leaves less of the mean beside the span, and so is a form of its own. Before that, without a record, on the same: rates from 0.01 break the networks, whose running statistics stay as they are; 300 steps in place of 1000 leave most as it was. Of the images: with
weights of the statistics of 1 and 10 and of total variation of 0.003 and 0.03, and pixels held within their range or not, class means of the original's features lay about as far from the training images' (Fashion-MNIST, seed 1; 1.2 to 1.4 for the forgotten class). Test images had no say.
"""

import argparse
import gzip
import json
import statistics
import sys
import time

import audit_tables
import command
import depth
import depth_tables
import feature_span
import recipes
from feature_span import standardized

# How the images of a form start, or that they are of the data; where features of the forgotten class go; how the fine-tune differs from TUNING.
FORMS = {
    "synthesised from codes, span": ("codes", "span", {}),
    "synthesised from codes, span, weight 30": ("codes", "span", {"forgotten": 30.0}),
    "synthesised from codes, nearest": ("codes", "nearest", {}),
    "synthesised from noise, span": ("noise", "span", {}),
    "training images, span": ("data", "span", {}),
}
SYNTHESIS = {"per_class": 64, "steps": 200, "rate": 0.1, "statistics": 10.0, "variation": 0.03, "noise": 1.0}
TUNING = {"steps": 1000, "batch": 64, "momentum": 0.9, "rate": 0.003, "forgotten": 10.0, "logits": 0.1}
# Rates and weights of the forgotten class that --choose tries.
CHOICES = [{"rate": rate, "forgotten": forgotten} for rate in (0.001, 0.003) for forgotten in (3.0, 10.0, 30.0)]
AUDITS = ["answers", "landing", "relearning", "prototype", "probe"]
# Training images per class that settings are chosen and images compared by, other than those of the bound.
HELD = 400
SHOWN = ["answers.kept", "landing.total-variation", "relearning.k1", "relearning.k5", "relearning.k20", "prototype.k1", "prototype.k20", "probe.bn3", "probe.bn2"]


def training_images(folder, shape):
    """Per class the bound's training images and the held ones, `[images, channels, height, width]` in [0, 1], with labels."""
    import numpy
    import torch
    draw, count = numpy.random.default_rng(0), SYNTHESIS["per_class"] + HELD
    idx = sorted(folder.glob("train-*"))
    if idx:
        images, labels = (gzip.decompress(path.read_bytes()) for path in idx)
        images = numpy.frombuffer(images, "u1", offset=16).reshape(-1, *shape)
        labels = numpy.frombuffer(labels, "u1", offset=8)
        of_classes = [images[draw.permutation(numpy.flatnonzero(labels == label))[:count]] for label in range(labels.max() + 1)]
    else:
        from PIL import Image
        folders = [sorted(of_class.iterdir()) for of_class in sorted((folder / "train").iterdir()) if of_class.is_dir()]
        of_classes = [numpy.stack([numpy.asarray(Image.open(paths[place]).convert("RGB")).transpose(2, 0, 1) for place in draw.permutation(len(paths))[:count]]) for paths in folders]
    part = lambda chosen: (torch.from_numpy(numpy.concatenate([images[chosen] for images in of_classes]).astype("f4") / 255), torch.arange(len(of_classes)).repeat_interleave(len(of_classes[0][chosen])))
    return part(slice(0, SYNTHESIS["per_class"])), part(slice(SYNTHESIS["per_class"], count))


def through(model, images):
    """Features of normalised images, and per batch normalisation what it gets."""
    from torch.nn import functional
    got = []
    for layer in (1, 2, 3):
        images = functional.max_pool2d(images, 2) if layer > 1 else images
        got.append(functional.conv2d(images, model[f"conv{layer}.weight"], padding=1))
        norm = [model[f"bn{layer}.{name}"] for name in ("running_mean", "running_var", "weight", "bias")]
        images = functional.relu(functional.batch_norm(got[-1], *norm, eps=1e-5))
    return images.mean((2, 3)), got


def synthesise(model, described, codes, start, seed):
    """Normalised images of every class with labels, from the model and the codes alone."""
    import torch
    from torch.nn import functional
    torch.manual_seed(seed)
    labels = torch.arange(len(codes)).repeat_interleave(SYNTHESIS["per_class"])
    images = SYNTHESIS["noise"] * torch.randn(len(labels), *codes.shape[1:])
    images = (images + codes[labels] if start == "codes" else images).requires_grad_()
    darkest, brightest = (standardized(torch.full((1, *codes.shape[1:]), shade), described) for shade in (0.0, 1.0))
    optimizer = torch.optim.Adam([images], SYNTHESIS["rate"])
    for _ in range(SYNTHESIS["steps"]):
        features, got = through(model, images)
        loss = functional.cross_entropy(features @ model["fc.weight"].T + model["fc.bias"], labels)
        for layer, x in enumerate(got, 1):
            apart = (x.mean((0, 2, 3)) - model[f"bn{layer}.running_mean"]).square().sum() + (x.var((0, 2, 3)) - model[f"bn{layer}.running_var"]).square().sum()
            loss = loss + SYNTHESIS["statistics"] * apart
        across, down = images.diff(dim=3), images.diff(dim=2)
        loss = loss + SYNTHESIS["variation"] * (across.square().sum() + down.square().sum()) / len(images)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        images.data = images.data.clamp(darkest, brightest)
    return images.detach(), labels


def means(features, labels, classes):
    import torch
    return torch.stack([features[labels == label].mean(0) for label in classes])


def wanted(model, features, labels, forgotten, target):
    """Where the features of images go: those of kept classes stay."""
    import torch
    kept = [label for label in range(len(model["fc.weight"])) if label not in forgotten]
    gone, of_kept = torch.isin(labels, torch.tensor(forgotten)), means(features, labels, kept)
    goals = features.clone()
    if target == "nearest":
        goals[gone] = of_kept[torch.cdist(features[gone], of_kept).argmin(1)]
    else:
        rows = model["fc.weight"][kept]
        basis = torch.linalg.svd(rows - rows.mean(0), full_matrices=False).Vh[:len(kept) - 1]
        centre = of_kept.mean(0)
        goals[gone] = centre + (features[gone] - centre) @ basis.T @ basis
    return goals


def tune(original, after, images, labels, forgotten, target, settings, seed):
    """The tensors of `after`, fine-tuned on normalised images; the last layer and the running statistics stay."""
    import torch
    torch.manual_seed(seed)
    with torch.no_grad():
        goals = wanted(original, through(original, images)[0], labels, forgotten, target)
    model = {name: tensor.clone() for name, tensor in after.items()}
    trained = [tensor.requires_grad_() for name, tensor in model.items() if "running" not in name and not name.startswith("fc.")]
    gone = torch.isin(labels, torch.tensor(forgotten))
    weights = torch.where(gone, settings["forgotten"], 1.0)
    optimizer = torch.optim.SGD(trained, settings["rate"], momentum=settings["momentum"])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings["steps"])
    chosen = iter(())
    for _ in range(settings["steps"]):
        batch = next(chosen, None)
        if batch is None:
            chosen = iter(torch.randperm(len(labels)).split(settings["batch"]))
            batch = next(chosen)
        off = through(model, images[batch])[0] - goals[batch]
        of_logits = (off @ model["fc.weight"].T).square().mean(1)
        loss = (weights[batch] * off.square().mean(1) + torch.where(gone[batch], 0.0, settings["logits"]) * of_logits).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return {name: tensor.detach() for name, tensor in model.items()}


def write_model(template, model, path):
    """The file `template` with the numbers of `model`."""
    raw = bytearray(template.read_bytes())
    start = 8 + int.from_bytes(raw[:8], "little")
    for name, of in json.loads(raw[8:start]).items():
        if name in model:
            first, end = of["data_offsets"]
            raw[start + first:start + end] = model[name].numpy().astype("<f4").tobytes()
    path.write_bytes(raw)


def landing(model, images, labels, forgotten):
    """Parts of the forgotten class's normalised images per kept class that the model answers, as far as it may answer kept ones alone."""
    import torch
    with torch.no_grad():
        logits = through(model, images[labels == forgotten[0]])[0] @ model["fc.weight"].T + model["fc.bias"]
    answers = logits.index_fill(1, torch.tensor(forgotten), -torch.inf).argmax(1)
    return torch.bincount(answers, minlength=logits.shape[1]).double() / len(answers)


def likeness(original, retrained, described, synthetic, held, forgotten):
    """How images of a form compare with held training images: where retrained models put the forgotten class's (the part in common), and distances between class means of the original's features."""
    import torch
    with torch.no_grad():
        made, real = ((through(original, images)[0], labels) for images, labels in (synthetic, (standardized(held[0], described), held[1])))
    classes = list(range(len(original["fc.weight"])))
    made, real = means(*made, classes), means(*real, classes)
    apart = (made - real).norm(dim=1)
    common = [float(torch.minimum(landing(model, *synthetic, forgotten), landing(model, standardized(held[0], of), held[1], forgotten)).sum()) for model, of in retrained]
    kept = [label for label in classes if label not in forgotten]
    return {"landing_in_common": common, "means_apart_forgotten": float(apart[forgotten].mean()), "means_apart_kept": float(apart[kept].mean()), "classes_apart": float(torch.pdist(real).mean())}


def held_figures(path, model, described, held, forgotten):
    """What settings are chosen by: accuracy among kept classes and the features of the forgotten one, on held training images."""
    import torch
    with torch.no_grad():
        logits = through(model, standardized(held[0], described))[0] @ model["fc.weight"].T + model["fc.bias"]
    kept = ~torch.isin(held[1], torch.tensor(forgotten))
    return {"kept_accuracy_percent": 100 * float((logits.argmax(1) == held[1])[kept].double().mean()), **feature_span.span(path, *held, forgotten)}


def networks(unlearn, name, request, seed, oracles):
    """Paths of the original, its codes, the model that rows alone leave, and of the retrained ones."""
    classes = request.split(",")
    without = " ".join(f"--without {c}" for c in classes)
    retrained = [unlearn.train(f"{name}-without-{'-'.join(classes)}-{oracle}", f"{recipes.training(name, oracle)} {without}")[0] for oracle in range(11, 11 + oracles)]
    model, codes, _ = unlearn.train(f"{name}-{seed}", recipes.training(name, seed))
    after, _ = depth.forget(unlearn, model, codes, [classes], "transplant, rows alone", recipes.FOLDERS[name], f"synthesised-{name}-{seed}")
    return model, codes, after, retrained


def choose(unlearn, name, request, oracles):
    """What each setting leads to on held training images, for seed 1."""
    model, codes, after, retrained = networks(unlearn, name, request, 1, oracles)
    forgotten = [int(c) for c in request.split(",")]
    (original, described), (rows_alone, _) = feature_span.tensors(model), feature_span.tensors(after)
    _, held = training_images(unlearn.data / recipes.FOLDERS[name], described["input_shape"])
    told = lambda path: held_figures(path, *feature_span.tensors(path), held, forgotten)
    rows = [{"name": name, "kind": kind, **told(path)} for kind, path in [("rows alone", after), *(("retrained", path) for path in retrained)]]
    images, labels = synthesise(original, described, feature_span.tensors(codes)[0]["codes"], "codes", 1)
    for settings in CHOICES:
        path = unlearn.work / "synthesised-choice.safetensors"
        write_model(after, tune(original, rows_alone, images, labels, forgotten, "span", {**TUNING, **settings}, 1), path)
        rows.append({"name": name, "kind": "synthesised from codes, span", **settings, **told(path)})
    return rows


def runs(unlearn, name, request, seed, oracles, forms):
    """Per form the fine-tuned model's audit, beside what it cost and how like the images are."""
    model, codes, after, retrained = networks(unlearn, name, request, seed, oracles)
    forgotten = [int(c) for c in request.split(",")]
    (original, described), (rows_alone, _), known = feature_span.tensors(model), feature_span.tensors(after), [feature_span.tensors(path) for path in retrained]
    bound, held = training_images(unlearn.data / recipes.FOLDERS[name], described["input_shape"])
    made = {"data": ((standardized(bound[0], described), bound[1]), 0.0)}
    for form in forms:
        start, target, settings = FORMS[form]
        if start not in made:
            begun = time.time()
            made[start] = synthesise(original, described, feature_span.tensors(codes)[0]["codes"], start, seed), time.time() - begun
        images, seconds = made[start]
        begun = time.time()
        tuned = tune(original, rows_alone, *images, forgotten, target, {**TUNING, **settings}, seed)
        spent, path = time.time() - begun, unlearn.work / f"synthesised-{name}-{seed}-{depth.slug(form)}-{depth.slug(request)}.safetensors"
        write_model(after, tuned, path)
        audit = unlearn("audit", "--before", model, "--after", path, *(word for path in retrained for word in ("--retrained", path)), "--codes", codes, *(word for audit in AUDITS for word in ("--only", audit)),
                        "--data", unlearn.data / recipes.FOLDERS[name], *(word for c in request.split(",") for word in ("--forgotten", c)), "--out", unlearn.work / f"depth-{name}-{seed}-{depth.slug(request)}", "--overwrite", may_fail=True)
        figures = audit_tables.compact(audit)
        for figure in figures:
            figure["models"] = [of for of in figure["models"] if of["role"] == "after"]
        yield {"name": name, "request": request, "seed": seed, "form": form, "synthesis_seconds": seconds, "tuning_seconds": spent, **likeness(original, known, described, images, held, forgotten),
               **held_figures(path, tuned, described, held, forgotten), "figures": figures}


def table():
    record = json.loads((command.RECORDS / "synthesised.json").read_text())
    found = audit_tables.described(record)
    for name, request in dict.fromkeys((run["name"], run["request"]) for run in found):
        ours = [run for run in found if (run["name"], run["request"]) == (name, request)]
        beside = [run for run in audit_tables.described(depth.record_of(name)) if run["request"] == request and run["seed"] in {run["seed"] for run in ours}]
        units = {figure["key"]: figure["unit"] for run in beside for figure in run["figures"]}
        print(f"#### {name}, forgotten: {request}\n")
        audit_tables.row("model", "seeds", *(f"`{key}`" for key in SHOWN), "seconds")
        audit_tables.row(*["---"] * (len(SHOWN) + 3))
        for column in ["original", "transplant, rows alone", "transplant"]:
            of = [run for run in beside if run["variant"] == column]
            seconds = f"{statistics.median(run['forget_seconds'] for run in of):.3f}" if of else "-"
            audit_tables.row(column, len({run["seed"] for run in of or beside}), *(audit_tables.cell(depth_tables.of_column(beside, key, column), units[key]) for key in SHOWN), seconds)
        for form in FORMS:
            of = [run for run in ours if run["form"] == form]
            if of:
                cells = [audit_tables.cell([model for run in of for figure in run["figures"] if figure["key"] == key for model in figure["models"]], units[key]) for key in SHOWN]
                audit_tables.row(form, len(of), *cells, f"{statistics.median(run['synthesis_seconds'] + run['tuning_seconds'] for run in of):.0f}")
        audit_tables.row("retrained", "", *(audit_tables.cell(depth_tables.of_column(beside, key, "retrained"), units[key]) for key in SHOWN), "-")
        print()
    audit_tables.row("network", "model", "seeds", "landing in common with training images", "class means apart: forgotten", "kept", "different classes apart", "beside the rows' span", "accuracy among kept, training images")
    audit_tables.row(*["---"] * 9)
    for name in dict.fromkeys(run["name"] for run in found):
        for form in FORMS:
            of = [run for run in found if (run["name"], run["form"]) == (name, form)]
            mean = lambda number: f"{statistics.mean(map(number, of)):.2f}"
            if of:
                audit_tables.row(name, form, len(of), mean(lambda run: statistics.mean(run["landing_in_common"])), *(mean(lambda run: run[key]) for key in ("means_apart_forgotten", "means_apart_kept", "classes_apart")),
                                 mean(lambda run: run["mean"] - run["mean_within"]), mean(lambda run: run["kept_accuracy_percent"]))
    print()
    audit_tables.row("network, seed 1", "model", "rate", "weight of the forgotten class", "accuracy among kept, training images", "mean beside the rows' span, squared", "within")
    audit_tables.row(*["---"] * 7)
    for row in record["choice"]:
        audit_tables.row(row["name"], row["kind"], row.get("rate", "-"), row.get("forgotten", "-"), f"{row['kept_accuracy_percent']:.1f}", f"{row['mean'] - row['mean_within']:.2f}", f"{row['mean_within']:.2f}")


if __name__ == "__main__":
    if "--table" in sys.argv:
        sys.exit(table())
    import torch
    torch.set_num_threads(1)
    parser = command.arguments(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    parser.add_argument("names", nargs="+", choices=[name for name, words in recipes.RECIPES.items() if "--architecture cnn" in words])
    parser.add_argument("--request", default="0")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--oracles", type=int, default=2)
    parser.add_argument("--forms", nargs="+", choices=list(FORMS), default=list(FORMS))
    parser.add_argument("--choose", action="store_true", help="try settings on training images, for seed 1")
    arguments = parser.parse_args()
    unlearn = command.Command(arguments.command, arguments.data, arguments.work)
    path = command.RECORDS / "synthesised.json"
    settings = {"synthesis": SYNTHESIS, "tuning": TUNING, "held_per_class": HELD}
    record = json.loads(path.read_text()) if path.exists() else {**settings, "choice": [], "figures": {}, "runs": []}
    if arguments.choose:
        for name in arguments.names:
            record["choice"] = [row for row in record["choice"] if row["name"] != name] + choose(unlearn, name, arguments.request, arguments.oracles)
            command.write("synthesised", record)
        sys.exit()
    if record["runs"] and any(record[key] != value for key, value in settings.items()):
        raise SystemExit("synthesised.json: its runs are of other settings than the script's: runs of both do not go into one record")
    key = lambda run: (run["name"], run["request"], run["seed"], run["form"])
    merged = {key(run): run for run in audit_tables.described(record)}
    for name in arguments.names:
        for seed in arguments.seeds:
            for run in runs(unlearn, name, arguments.request, seed, arguments.oracles, arguments.forms):
                merged[key(run)] = run
                command.write("synthesised", {**settings, "choice": record["choice"], **audit_tables.described_once(list(merged.values()))})
