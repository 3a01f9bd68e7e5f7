#!/usr/bin/env python3
"""Where the features of a class lie in networks that learned it, forgot it and never saw it.

    experiments/feature_span.py NAME .. --data FOLDER --work FOLDER [--request 0] [--seeds 1 2 3] [--oracles 2]

Needs torch, numpy and pillow. NAME is a recipe of recipes.py; models are trained, or taken from --work, as depth.py does. Per model, over the test images of the first class of the request: the square of its mean features less
the mean of the kept classes' mean features, and the variance of its features (sums over features); of both the part within the span of the kept classes' rows of the classifier layer, less their mean.
Record: records/feature-span.json. With --table it prints that.
"""

import argparse
import gzip
import json
import pathlib
import statistics
import sys

import audit_tables
import command
import depth
import recipes

VARIANTS = ["transplant, rows alone", "transplant, no spread", "transplant"]
FIGURES = ["mean", "mean_within", "variance", "variance_within"]


def tensors(path):
    """Tensors and description of a file of ours."""
    import numpy
    import torch
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    head, rest = json.loads(raw[8:8 + length]), raw[8 + length:]
    described = json.loads(head.pop("__metadata__")["unlearn"])
    floats = {name: torch.from_numpy(numpy.frombuffer(rest[slice(*of["data_offsets"])], "<f4").reshape(of["shape"]).copy()) for name, of in head.items() if of["dtype"] == "F32"}
    return floats, described


def test_images(folder, shape):
    """Test images `[images, channels, height, width]` in [0, 1], and labels."""
    import numpy
    import torch
    idx = sorted(folder.glob("t10k-*"))
    if idx:
        images, labels = (gzip.decompress(path.read_bytes()) for path in idx)
        images = numpy.frombuffer(images, "u1", offset=16).reshape(-1, *shape)
        labels = numpy.frombuffer(labels, "u1", offset=8)
    else:
        from PIL import Image
        paths = [(place, path) for place, of_class in enumerate(sorted(path for path in (folder / "test").iterdir() if path.is_dir())) for path in sorted(of_class.iterdir())]
        images = numpy.stack([numpy.asarray(Image.open(path).convert("RGB")).transpose(2, 0, 1) for _, path in paths])
        labels = numpy.array([place for place, _ in paths])
    return torch.from_numpy(images.astype("f4") / 255), torch.from_numpy(labels.astype("i8"))


def standardized(images, described):
    import torch
    return (images - torch.tensor(described["normalization"]["mean"]).view(1, -1, 1, 1)) / torch.tensor(described["normalization"]["std"]).view(1, -1, 1, 1)


def features(model, described, images):
    """The features `[images, features]` and the classifier layer's rows."""
    import torch
    from torch.nn import functional
    kind, images = described["architecture"]["name"], standardized(images, described)
    convolved = lambda name, x, stride=1: functional.conv2d(x, model[f"{name}.weight"], stride=stride, padding=model[f"{name}.weight"].shape[-1] // 2)
    normalized = lambda name, x: functional.batch_norm(x, model[f"{name}.running_mean"], model[f"{name}.running_var"], model[f"{name}.weight"], model[f"{name}.bias"], eps=1e-5)
    if kind == "mlp":
        return torch.sigmoid(images.flatten(1) @ model["fc1.weight"].T + model["fc1.bias"]), model["fc2.weight"]
    if kind == "cnn":
        for layer in (1, 2, 3):
            images = functional.max_pool2d(images, 2) if layer > 1 else images
            images = functional.relu(normalized(f"bn{layer}", convolved(f"conv{layer}", images)))
        return images.mean((2, 3)), model["fc.weight"]
    x = functional.relu(normalized("bn1", convolved("conv1", images)))
    for stage in (1, 2, 3, 4):
        for block in (0, 1):
            name, stride = f"layer{stage}.{block}", 2 if stage > 1 and block == 0 else 1
            y = functional.relu(normalized(f"{name}.bn1", convolved(f"{name}.conv1", x, stride)))
            y = normalized(f"{name}.bn2", convolved(f"{name}.conv2", y))
            x = normalized(f"{name}.downsample.1", convolved(f"{name}.downsample.0", x, stride)) if f"{name}.downsample.0.weight" in model else x
            x = functional.relu(y + x)
    return x.mean((2, 3)), model["fc.weight"]


def span(path, images, labels, forgotten):
    """The figures of a model."""
    import torch
    model, described = tensors(path)
    with torch.no_grad():
        parts = [features(model, described, batch) for batch in images.split(500)]
    of_images, rows = torch.cat([part for part, _ in parts]).double(), parts[0][1].double()
    kept = [label for label in range(len(rows)) if label not in forgotten]
    rows = rows[kept] - rows[kept].mean(0)
    basis = torch.linalg.svd(rows, full_matrices=False).Vh[:len(kept) - 1]
    centre = torch.stack([of_images[labels == label].mean(0) for label in kept]).mean(0)
    of_class = of_images[labels == forgotten[0]]
    mean, off = of_class.mean(0) - centre, of_class - of_class.mean(0)
    square = lambda x: float(x.square().sum())
    return dict(zip(FIGURES, (square(mean), square(basis @ mean), square(off) / len(off), square(off @ basis.T) / len(off))))


def table():
    record = json.loads((command.RECORDS / "feature-span.json").read_text())
    audit_tables.row("network", "forgotten", "model", "models", "mean, squared", "of it within the rows' span", "beside it", "variance", "of it within the rows' span")
    audit_tables.row(*["---"] * 9)
    for name in dict.fromkeys(model["name"] for model in record["models"]):
        for kind in ["original", *VARIANTS, "retrained"]:
            found = [model for model in record["models"] if (model["name"], model["kind"]) == (name, kind)]
            if found:
                means = [statistics.mean(model[figure] for model in found) for figure in FIGURES]
                audit_tables.row(name, found[0]["request"], kind, len(found), *(f"{number:.2f}" for number in (means[0], means[1], means[0] - means[1], *means[2:])))


if __name__ == "__main__":
    if "--table" in sys.argv:
        sys.exit(table())
    parser = command.arguments(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    parser.add_argument("names", nargs="+", choices=list(recipes.RECIPES))
    parser.add_argument("--request", default="0")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--oracles", type=int, default=2)
    arguments = parser.parse_args()
    unlearn = command.Command(arguments.command, arguments.data, arguments.work)
    classes = arguments.request.split(",")
    path = command.RECORDS / "feature-span.json"
    models = json.loads(path.read_text())["models"] if path.exists() else []
    for name in arguments.names:
        found = []
        without = " ".join(f"--without {c}" for c in classes)
        for seed in range(11, 11 + arguments.oracles):
            found.append(("retrained", seed, unlearn.train(f"{name}-without-{'-'.join(classes)}-{seed}", f"{recipes.training(name, seed)} {without}")[0]))
        for seed in arguments.seeds:
            model, codes, _ = unlearn.train(f"{name}-{seed}", recipes.training(name, seed))
            found.append(("original", seed, model))
            for variant in VARIANTS:
                after, _ = depth.forget(unlearn, model, codes, [classes], variant, recipes.FOLDERS[name], f"span-{name}-{seed}-{depth.slug(variant)}")
                found.append((variant, seed, after))
        images, labels = test_images(arguments.data / recipes.FOLDERS[name], tensors(found[0][2])[1]["input_shape"])
        models = [model for model in models if model["name"] != name]
        models += [{"name": name, "request": arguments.request, "kind": kind, "seed": seed, **span(path, images, labels, [int(c) for c in classes])} for kind, seed, path in found]
        command.write("feature-span", {"models": models})
