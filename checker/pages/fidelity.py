"""How near our model is to the real frameworks: the largest differences on recorded runs."""

from __future__ import annotations

from collections.abc import Iterator

from checker.pages.escape import front_matter, text
from checker.pages.look_up import Site
from checker.pages.words import Data, listed, many

EXACT, SINGLE = 1e-12, 1e-5
"""The largest difference with which the tests pass, in float64 and in float32."""

_COLUMNS = {
    "outputs": ("Outputs", EXACT),
    "states": ("States", EXACT),
    "gradients": ("Gradients", EXACT),
    "single": ("In float32", SINGLE),
}

_IN_SHORT = {
    "in outputs and states": ("outputs", "states"),
    "in gradients": ("gradients",),
    "in float32": ("single",),
}


def fidelity_page(site: Site) -> str:
    """What was compared, how, and the largest difference for each model of each framework."""
    rows = site.found["fidelity"]
    parts = [
        front_matter(
            title="How near our model is to the real frameworks",
            description="The largest difference between our model and each framework, as measured",
            hide=["navigation"],
        ),
        "# How near our model is to the real frameworks",
        "Claims are tried on a model in numpy, so it must compute what the real layers compute. "
        "Each framework's own layers were run once, with random weights, inputs and starting "
        "states, and all that they gave was written down. "
        "Our model computes the same runs; here is how far the two are apart **at most**.",
        *_in_short(rows),
        "\n".join(_how()),
        *(part for id_ in _frameworks(site, rows) for part in _of(id_, rows)),
    ]
    if not rows:
        parts.append("**Nothing was measured for this build.**")
    parts.append(
        "A claim's own test is run on the frameworks as well: [what came of that](index.md)."
    )
    return "\n\n".join(parts) + "\n"


def _how() -> Iterator[str]:
    yield (
        "- **Measured again** in every test run and for every build of this site. "
        "The recorded runs stay as they are."
    )
    yield (
        f"- **Outputs and states** are compared in float64: every step's output, the states at the "
        f"end and, where recorded, in between. The tests fail above {_number(EXACT, 0)}."
    )
    yield (
        "- **Gradients** are those of a random loss, to the weights, the inputs and the starting "
        "state. The frameworks use automatic differentiation, we a complex step: a number is "
        "moved by a tiny imaginary amount. The two ways have nothing in common. "
        f"The tests compare every entry and fail above {_number(EXACT, 0)}; "
        "the figure here is of some entries of each array, evenly spread."
    )
    yield (
        "- **In float32** the framework computed in single precision and we in double. "
        f"What is left is its rounding. The tests fail above {_number(SINGLE, 0)}."
    )
    yield (
        "- **–** stands where the framework gave nothing to compare. ONNX Runtime has float32 "
        "alone; its other figures are for ONNX's own reference evaluator."
    )
    yield (
        "- Numbers near 1e−16 are rounding in the last digit. That the runs notice what is no "
        "rounding is tested, too: misreadings are planted, such as another order of the gates, "
        "and every one of them fails on some run."
    )


def _in_short(rows: list[Data]) -> Iterator[str]:
    """The worst of all, before the reader meets any table."""
    runs = many(sum(row["cases"] for row in rows), "recorded run")
    worst = [
        f"{_number(max(found))} {words}"
        for words, names in _IN_SHORT.items()
        if (found := [row[name] for row in rows for name in names if row[name] is not None])
    ]
    if worst:
        yield f"Over {runs}, the largest difference is **{listed(worst)}**."


def _frameworks(site: Site, rows: list[Data]) -> list[str]:
    """Those that were measured, in the order in which they stand everywhere."""
    known = [about["name"] for about in site.found["frameworks"]]
    measured = dict.fromkeys(row["framework"] for row in rows)
    return [id_ for id_ in dict.fromkeys([*known, *measured]) if id_ in measured]


def _of(framework: str, rows: list[Data]) -> Iterator[str]:
    same = [row for row in rows if row["framework"] == framework]
    about = same[0]
    yield f"## {text(about['title'])}"
    cases = many(sum(row["cases"] for row in same), "recorded run")
    yield f"Version {text(about['version'])}, recorded {text(about['date'])}, {cases}."
    heads = ["Model", "Runs", *(head for head, _ in _COLUMNS.values())]
    lines = [f"| {' | '.join(heads)} |", f"| --- |{' --: |' * (len(heads) - 1)}"]
    for row in same:
        figures = [_figure(row[name], limit) for name, (_, limit) in _COLUMNS.items()]
        lines.append(f"| {text(row['model'])} | {row['cases']} | {' | '.join(figures)} |")
    yield '<div class="figures" markdown="1">\n\n' + "\n".join(lines) + "\n\n</div>"


def _figure(difference: float | None, limit: float) -> str:
    """A difference; one above its limit, or that is no number, is marked."""
    if difference is None:
        return '<span aria-hidden="true">–</span><span class="heard">not recorded</span>'
    if difference <= limit:
        return _number(difference)
    return f"**{_number(difference)}, too far**"


def _number(difference: float, digits: int = 1) -> str:
    if not difference:
        return "0"
    return f"{difference:.{digits}e}".replace("e-0", "e-").replace("-", "−")
