#!/usr/bin/env python3
"""What many models say of a method: U-LiRA, KLoM, and the test with a class that was never used, on MNIST.

    experiments/many_models.py --data FOLDER --work FOLDER [--class 3] [--unused 8] [--seeds 4] [--methods transplant mnemonic]

All models are trained without the unused class. Originals have the seeds 1, 2, .., retrained models, of which there are twice as many, 11, 12, ..; each method
makes every original forget the class. Budget of the audits: quick, seed 0. Record: records/many-models.json.
"""

import argparse

import command
import recipes
from audit_tables import compact

AUDITS = ["ulira", "klom", "unused"]


def named(flag, models):
    """The models as arguments."""
    return [word for model in models for word in (flag, model)]


if __name__ == "__main__":
    parser = command.arguments(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    parser.add_argument("--class", dest="forgotten", default="3")
    parser.add_argument("--unused", default="8")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--methods", nargs="+", default=["transplant", "mnemonic"])
    arguments = parser.parse_args()
    unlearn = command.Command(arguments.command, arguments.data, arguments.work)
    recipe = lambda seed: f"{recipes.training('mnist-short', seed)} --without {arguments.unused}"
    originals = [unlearn.train(f"many-{seed}", recipe(seed))[:2] for seed in range(1, 1 + arguments.seeds)]
    retrained = [unlearn.train(f"many-retrained-{seed}", f"{recipe(seed)} --without {arguments.forgotten}")[0]
                 for seed in range(11, 11 + 2 * arguments.seeds)]
    runs = []
    for method in arguments.methods:
        forgot = []
        for model, codes in originals:
            after = arguments.work / f"{model.stem}-{method}.safetensors"
            unlearn("forget", model, "--codes", codes, "--class", arguments.forgotten, "--method", method, "--out", after, "--overwrite")
            forgot.append(after)
        models = [*named("--before", [model for model, _ in originals]), *named("--after", forgot), *named("--retrained", retrained)]
        record = unlearn("audit", *models, "--data", arguments.data / "mnist", "--forgotten", arguments.forgotten,
                         "--unused", arguments.unused, "--out", arguments.work / f"many-{method}", "--overwrite", may_fail=True)
        figures = [figure for figure in compact(record) if figure["audit"] in AUDITS]
        runs.append({"method": method, "summary": record["summary"], "figures": figures})
    command.write("many-models", {"train": recipe("SEED"), "forgotten": arguments.forgotten, "unused": arguments.unused,
                                  "seeds": arguments.seeds, "runs": runs})
