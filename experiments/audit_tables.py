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
