"""LFSSD: SSD with I = mean over batches of |gradient of the batch's mean of |z|^2|."""

from methods.ssd import TOLERANCE, dampening


def make():
    def gradient(z, _):
        return 2 * z / len(z)

    def loss(z, _):
        return (z**2).sum(1).mean()

    cases = []
    for settings, forgotten in (({"alpha": 1.05, "lambda": 0.9, "batch_size": 4}, [0]), ({"alpha": 0.985, "lambda": 0.5, "batch_size": 5}, [1, 3])):
        cases.append(dampening("lfssd", settings, forgotten, gradient, loss, abs, settings["batch_size"]))
    return {"tolerance": TOLERANCE, "cases": cases}
