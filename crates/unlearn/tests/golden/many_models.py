"""U-LiRA (arXiv 2403.01218) and KLoM (arXiv 2410.23232) of a few models by their formulas, in NumPy float64.

Margins are a fixed rule, [model][image]. A fit has a mean per image and one variance for all images. An area is over pairs of models, each
left out of the fits; a value is the mean over groups that go round, its variance over models that of the jackknife.
"""

import numpy as np

SIZE = 4  # models in a group


def margins(models, images, first, shift):
    k, i = np.arange(first, first + models)[:, None], np.arange(images)[None, :]
    return 2 * np.sin(1.7 * k + 0.3) + np.sin(0.9 * k * (i + 1) + 0.5 * i) + 0.4 * i + shift


def fit(models):
    means = models.mean(axis=0)
    return means, ((models - means) ** 2).sum() / ((len(models) - 1) * models.shape[1])


def scores(ours, theirs):
    """The log ratio of densities of both models of every pair, [pair][image] each."""
    pairs = []
    for a in range(len(ours)):
        for r in range(len(theirs)):
            (m, v), (n, w) = fit(np.delete(ours, a, axis=0)), fit(np.delete(theirs, r, axis=0))

            def score(x):
                return (-np.log(np.sqrt(v)) - (x - m) ** 2 / (2 * v)) - (-np.log(np.sqrt(w)) - (x - n) ** 2 / (2 * w))

            pairs.append((score(ours[a]), score(theirs[r])))
    return np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])


def half(x):
    return np.where(x > 0, 1.0, np.where(x < 0, 0.0, 0.5))


def areas(ours, theirs):
    a, r = scores(ours, theirs)
    return half(a - r).mean(axis=0)


def accuracies(ours, theirs):
    a, r = scores(ours, theirs)
    return (half(a) / 2 + half(-r) / 2).mean(axis=0)


def divergences(ours, theirs):
    (m, v), (n, w) = fit(theirs), fit(ours)
    return np.log(np.sqrt(w) / np.sqrt(v)) + (v + (m - n) ** 2) / (2 * w) - 0.5


def estimate(models, kinds, splits, measure, summary, scale):
    """The value, and its variance over models on the scale."""

    def value(without=None):
        groups = [[[g for g in group if g != without] for group in split] for split in splits]
        return np.mean([summary(measure(models[ours], models[theirs])) for ours, theirs in groups])

    variance = 0.0
    for kind in kinds:
        left = np.array([scale(value(model)) for model in kind])
        variance += (len(kind) - 1) * left.var()
    return [float(value()), float(variance)]


def many_models():
    ours, retrained = margins(5, 6, 0, 1.5), margins(9, 6, 7, 0.0)
    both = np.concatenate([ours, retrained])
    audited = [[[(s + i) % 5 for i in range(SIZE)], [5 + (s + i) % 9 for i in range(SIZE)]] for s in range(9)]
    own = [[[(s + i) % 9 for i in range(SIZE)], [(s + SIZE + i) % 9 for i in range(SIZE)]] for s in range(9)]
    cases = {}
    for name, measure, summary, scale in [
        ("area", areas, np.mean, lambda x: x),
        ("accuracy", accuracies, np.mean, lambda x: x),
        ("median", divergences, np.median, np.log1p),
        ("tail", divergences, lambda x: np.quantile(x, 0.95), np.log1p),
    ]:
        cases[name] = {
            "per_image": measure(ours[:SIZE], retrained[:SIZE]).tolist(),
            "audited": estimate(both, [range(5), range(5, 14)], audited, measure, summary, scale),
            "own": estimate(retrained, [range(9)], own, measure, summary, scale),
        }
    return {"tolerance": 1e-9, "size": SIZE, "ours": ours.tolist(), "retrained": retrained.tolist(), "cases": cases}
