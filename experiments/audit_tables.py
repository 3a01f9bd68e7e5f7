"""What experiments keep of an audit's record, and how it stands in Markdown tables."""

import statistics


def of_model(figure, place):
    """What a figure says of one model."""
    estimate, comparison = figure["estimates"][place], figure["comparisons"][place]
    if estimate is None:
        return None
    return {"value": estimate["value"], "interval": estimate["interval"], "verdict": comparison["verdict"]}


def compact(record):
    """The figures of an audit, per model."""
    roles = [model["role"] for model in record["models"]]
    return [{"audit": audit["name"], "key": figure["key"], "label": figure["label"], "unit": figure["unit"], "about": figure["about"],
             "good": figure["good"], "margin": figure["margin"], "conclusion": audit["conclusion"],
             "models": [{"role": role, **of_model(figure, place)} for place, role in enumerate(roles) if of_model(figure, place)]}
            for audit in record["audits"] for figure in audit["figures"]]


DESCRIPTION = ("audit", "label", "unit", "about", "good", "margin")


def described_once(runs):
    """Figures as the last of the runs describes them, and the runs with what is found or described otherwise in each."""
    figures = {figure["key"]: {name: figure[name] for name in DESCRIPTION} for run in runs for figure in run["figures"]}
    own = lambda figure: {name: value for name, value in figure.items() if name not in DESCRIPTION or value != figures[figure["key"]][name]}
    return {"figures": figures, "runs": [{**run, "figures": [own(figure) for figure in run["figures"]]} for run in runs]}


def described(record):
    """The runs of a record that describes its figures once, with the description in each."""
    return [{**run, "figures": [{**record["figures"][figure["key"]], **figure} for figure in run["figures"]]} for run in record["runs"]]


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def number(value, unit):
    return f"{value:.1f}" if unit != "number" else f"{value:.2f}"


def cell(models, unit):
    """The mean, and of how many models the figure was told apart from the (other) retrained ones."""
    if not models:
        return "-"
    told = sum(model["verdict"] == "told-apart" for model in models)
    judged = sum(model["verdict"] not in ("no-reference", "not-judged") for model in models)
    mean = number(statistics.mean(model["value"] for model in models), unit)
    return f"{mean} ({told}/{judged})" if judged else mean
