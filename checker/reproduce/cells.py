"""The text of a layer in numpy: one step that reads like the equations, and the loop over time."""

from __future__ import annotations

from collections.abc import Iterator

from checker.reproduce.lines import broken
from checker.reproduce.loops import (
    OVER_TIME,
    at,
    before,
    defined,
    display,
    given_back,
    inputs,
    record,
)
from checker.reproduce.slots import GATES, Layer, NoScriptError

_TITLES = {
    "lstm": "An LSTM",
    "gru": "A GRU",
    "rnn": "A plain recurrent layer",
}


def numpy_layer(layer: Layer, seen: frozenset[str]) -> str:
    """The text of a function from all that a layer is given to that and all that it gives.

    ``seen``: the first words of what the claim looks at, so that nothing else is kept.
    """
    counts = "operations" in seen
    if counts and layer.composed:
        raise NoScriptError("operations are counted for a single layer only")
    text = _loop(layer, seen | ({"leaving"} if layer.composed else set()))
    if counts:
        text = text.replace("np.tanh(", "tanh(")
        text = _COUNTING + text.replace("    return {**run, ", _COUNTS + "    return {**run, ")
    return text


_COUNTING = '''
counted = {"tanh": 0, "exp": 0}

def tanh(z):
    """The hyperbolic tangent, which counts the entries that it is applied to."""
    counted["tanh"] += z.size
    return np.tanh(z)

def sigmoid(z):
    """1 / (1 + exp(-z)), which counts them, too."""
    counted["exp"] += z.size
    return 1 / (1 + np.exp(-z))
'''
_COUNTS = '    run = {**run, **{f"operations.{name}": n for name, n in counted.items()}}\n'


def _loop(layer: Layer, seen: frozenset[str] | set[str]) -> str:
    """A layer of cells, run along a sequence."""
    lengths, states = "lengths" in seen, ", ".join(layer.states)
    if lengths and layer.composed:
        raise NoScriptError("lengths of sequences are shown for a single layer only")
    kept = record(layer, seen, "output" if lengths else "h")
    body = [*_STEPS[layer.model.kind](layer), *(_padded(layer) if lengths else ())]
    if "entering" in seen or lengths:
        body.insert(0, f"{', '.join('old_' + s for s in layer.states)} = {states}")
    each = f"{inputs(layer)}.swapaxes(0, 1)"
    loop = f"for t, x in enumerate({each}):" if lengths else f"for x in {each}:"
    several = len(kept) > 1
    lines = [
        *defined(layer, f"{_title(layer)}, one timestep after the other."),
        *(f"    {line}" for line in _weights(layer, at(layer))),
        f"    {states}, {'steps' if several else 'outputs'} = {', '.join(before(layer))}, []",
        f"    {loop}  # (batch, features) of one timestep",
        *(f"        {line}" for line in body),
    ]
    outputs = '"outputs": np.stack(outputs, axis=1)'
    if several:
        lines += [*broken(f"steps.append({{{display(layer, kept)}}})", 8), OVER_TIME]
        outputs = "**over_time"
    else:
        lines.append(f"        outputs.append({kept['outputs']})")
    lines.append(given_back(layer, outputs, {s: s for s in layer.states}))
    return "\n" + "\n".join(lines) + "\n"


def _title(layer: Layer) -> str:
    options, kind = layer.model.options, layer.model.kind
    if kind == "lstm" and options.get("layout") == "tensorflow1" and not options.get("peepholes"):
        title = (
            "TensorFlow's LSTMCell" if options.get("projection") else "TensorFlow's BasicLSTMCell"
        )
    elif kind == "gru":
        title = f"A GRU, with the reset gate {options['reset']} the product"
    else:
        title = _TITLES[kind]
    return title


def _weights(layer: Layer, place: str) -> Iterator[str]:
    """Short names for the weights: K of the inputs, R of the state before, b the bias."""
    gates, form = GATES[layer.model.kind], "f" if place else ""
    parts = {"K": "kernel", "R": "recurrent", "b": "bias"}
    second = [gate for gate in gates or " " if _second(layer, gate.strip())]
    if second and len(second) == len(gates or " "):
        parts["b2"] = "recurrent_bias"
    names, listed = ", ".join(parts), ", ".join(f'"{part}"' for part in parts.values())
    if gates:
        each = f'{{g: run[f"parameters.{place}{{part}}.{{g}}"] for g in "{gates}"}}'
    else:
        each = f'run[f"parameters.{place}{{part}}"]'
    yield f"parts = {listed}"
    yield f"{names} = ({each} for part in parts)"
    if second and "b2" not in parts:
        each = f'run[f"parameters.{place}recurrent_bias.{{g}}"]'
        yield f'b2 = {{g: {each} for g in "{"".join(second)}"}}'
    if layer.option("peepholes"):
        yield f'P = {{g: run[f"parameters.{place}peephole.{{g}}"] for g in "ifo"}}  # peepholes'
    if layer.option("projection"):
        yield f'projection = run[{form}"parameters.{place}projection"]'


def _passed(layer: Layer) -> tuple[str, str]:
    """What the candidate and the output pass, and what the gates pass, as functions of a script."""
    named = (layer.option("activation", "tanh"), layer.option("recurrent_activation", "sigmoid"))
    act, gate = ("np.tanh" if name == "tanh" else str(name) for name in named)
    return act, gate


def _lstm(layer: Layer) -> Iterator[str]:
    act, gate = _passed(layer)
    second = " + b2[g]" if _second(layer) else ""
    forget = float(str(layer.option("forget_bias", 0)))
    added = f" + {forget:g}" if forget else ""
    see = layer.option("peepholes")
    i, f, o = (f' + P["{g}"] * c' if see else "" for g in "ifo")
    yield f'a = {{g: x @ K[g] + h @ R[g] + b[g]{second} for g in "ijfo"}}  # (batch, units) each'
    gates = f'i, j, f = {gate}(a["i"]{i}), {act}(a["j"]), {gate}(a["f"]{added}{f})'
    if see:
        yield gates
    else:
        yield f'i, j = {gate}(a["i"]), {act}(a["j"])  # input gate, candidate'
        yield f'f, o = {gate}(a["f"]{added}), {gate}(a["o"])  # forget gate, output gate'
    clip = layer.option("cell_clip")
    yield f"c = clip(f * c + i * j, {clip})" if clip else "c = f * c + i * j"
    if see:
        yield f'o = {gate}(a["o"]{o})'
    yield f"h = o * {act}(c)"
    limit = layer.option("projection_clip")
    if layer.option("projection"):
        yield f"h = clip(h @ projection, {limit})" if limit else "h = h @ projection"


def _gru(layer: Layer) -> Iterator[str]:
    act, gate = _passed(layer)
    second = {g: f' + b2["{g}"]' if _second(layer, g) else "" for g in "rzn"}
    yield f'r = {gate}(x @ K["r"] + h @ R["r"] + b["r"]{second["r"]})  # reset gate'
    yield f'z = {gate}(x @ K["z"] + h @ R["z"] + b["z"]{second["z"]})  # 1 keeps the old state'
    if layer.option("reset") == "before":
        inner = f'(r * h) @ R["n"]{second["n"]}'
    else:
        inner = f'r * (h @ R["n"]{second["n"]})'
    yield f'n = {act}(x @ K["n"] + b["n"] + {inner})'
    yield "h = z * h + (1 - z) * n"


def _rnn(layer: Layer) -> Iterator[str]:
    second = " + b2" if _second(layer) else ""
    yield f"h = {_passed(layer)[0]}(x @ K + h @ R + b{second})"


_STEPS = {"lstm": _lstm, "gru": _gru, "rnn": _rnn}


def _second(layer: Layer, gate: str = "") -> bool:
    """Whether there is a second bias that is not 0."""
    names = layer.model.parameters({"batch": 2, "timesteps": 2, "features": 2, "units": 2})
    wanted = "recurrent_bias" + (f".{gate}" if gate else "")
    return not layer.model.still and any(wanted in name for name in names)


def _padded(layer: Layer) -> Iterator[str]:
    """Beyond the length of a sequence its state stays; what is given there differs by layout."""
    layout = layer.option("layout")
    yield 'going = (t < run["lengths"])[:, None]  # the rest of a sequence is padding'
    if layout == "flax":
        raise NoScriptError("what Flax gives for padding takes a second run")
    for s in layer.states:
        yield f"{s} = np.where(going, {s}, old_{s})"
    if layout == "keras" and not layer.both:
        yield "output = h  # Keras repeats the last output"
    else:
        yield "output = np.where(going, h, 0)"
