"""The text of layers made of layers: a stack, both directions, a dense head."""

from __future__ import annotations

from checker.reproduce.slots import Layer, NoScriptError
from checker.reproduce.words import listed

_MERGED = {
    "concat": "np.concatenate(halves, axis=-1)",
    "sum": "halves[0] + halves[1]",
    "mul": "halves[0] * halves[1]",
    "ave": "(halves[0] + halves[1]) / 2",
}
_BACK = "backward = {n: a[:, ::-1] if a.ndim == 3 else a for n, a in backward.items()}"


def composed(layer: Layer) -> str:
    """Layers on top of each other, both directions, a dense head."""
    inner = layer.inner
    lines = [f"def {layer.name}(run):", f'    """{_what(layer)}"""']
    lines.append('    run, outputs = dict(run), run["inputs"]')
    indent, level = "    ", layer.levels[0]
    if len(layer.levels) > 1:
        lines.append(f"    for level in {listed(layer.levels).replace(',)', ')')}:")
        indent, level = " " * 8, "{level}"
    form = "f" if "{" in level else ""
    if layer.both:
        merge = _MERGED[str(layer.option("merge", "concat"))]
        lines += [
            indent + f'forward = {inner}(run, outputs, {form}"{level}forward.")',
            indent + f'backward = {inner}(run, outputs[:, ::-1], {form}"{level}backward.")',
            indent + _BACK,
            indent + 'halves = forward["outputs"], backward["outputs"]',
            indent + f"outputs = {merge}",
            indent + "run |= {**forward, **backward}",
        ]
    else:
        lines.append(f'{indent}run |= {inner}(run, outputs, {form}"{level}")')
        lines.append(f'{indent}outputs = run["outputs"]')
    lines.append('    run["outputs"] = outputs')
    if layer.option("head"):
        last = "outputs[:, -1]"
        if layer.option("layout") == "keras" and layer.both:
            raise NoScriptError("what Keras hands from two directions to a head is not shown")
        lines.append(f'    run["scores"] = {last} @ run["parameters.head.kernel"] '
                     '+ run["parameters.head.bias"]')  # fmt: skip
    lines.append("    return run")
    return "\n" + "\n".join(lines) + "\n"


def _what(layer: Layer) -> str:
    words = []
    if len(layer.levels) > 1:
        words.append(f"{len(layer.levels)} layers, each on the outputs of the one below")
    if layer.both:
        words.append("one layer in each direction")
    if layer.option("head"):
        words.append("a dense layer on the last output")
    text = ", and ".join(words)
    return f"{text[0].upper()}{text[1:]}."
