"""The small functions that scripts need, as text; a script gets those that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.experiments.draws import DRAWS

_STREAM = '''
def draw(name, shape, salt="{salt}"):
    """The checker's own random numbers: they depend on name, shape and salt alone."""
    def stream(name, shape):
        key = hashlib.sha256(f"{{name}} {{shape}} {seed} {{salt}}".encode()).digest()[:16]
        return np.random.Generator(np.random.PCG64(int.from_bytes(key, "big")))
    if name.startswith(("inputs", "before")):  # a stream for each sequence of the batch
        rows = [stream(f"{{name}}[{{row}}]", shape[-1:]) for row in range(shape[0])]
        numbers = np.stack([row.standard_normal(shape[1:]) for row in rows])
        return numbers * (1 if name == "inputs" else 0.7)
    scale = {scale}
{times}    return stream(name, shape).standard_normal(shape) * scale
'''
ANY_NUMBERS = '''
def draw(name, shape):
    """Any numbers will do: the test looks at shapes and counts alone."""
    return np.random.default_rng(0).standard_normal(shape)
'''
_TEXTS = {
    "influence": '''
def influence(layer, run, nudges, look):
    """How far each row of look(run) moves at most (columns), for each nudge in turn (rows)."""
    rest, moves = look(run), []
    for nudge in nudges:  # by slot: the place in it that moves by 0.25 to 0.75
        other = {**run, **{slot: run[slot].copy() for slot in nudge}}
        for slot, place in nudge.items():
            step = 0.5 + 0.25 * np.tanh(draw(slot, run[slot].shape, "nudge"))
            other[slot][place] += step[place]
        far = np.abs(look(layer(other)) - rest)
        far[far < 1e-14 * max(1, np.abs(rest).max())] = 0  # no more than rounding
        moves.append(far.reshape(len(far), -1).max(axis=1))
    return np.array(moves)
''',
    "jacobian": '''
def jacobian(layer, run, places, look):
    """Derivatives of look(run) (rows) by each entry of the places (columns), by complex step."""
    columns = []
    for slot, place in places.items():
        for k in np.arange(run[slot].size).reshape(run[slot].shape)[place].ravel():
            bent = run[slot].astype(complex)
            bent.flat[k] += 1e-30j  # f(x + ih) = f(x) + ih f'(x)
            columns.append(look(layer({**run, slot: bent})).imag.ravel() / 1e-30)
    return np.stack(columns, axis=1)
''',
    "jacobian by differences": '''
def jacobian(layer, run, places, look):
    """Derivatives of look(run) (rows) by each entry of the places (columns), by differences."""
    columns = []
    for slot, place in places.items():
        for k in np.arange(run[slot].size).reshape(run[slot].shape)[place].ravel():
            less, more = run[slot].copy(), run[slot].copy()
            less.flat[k], more.flat[k] = less.flat[k] - 1e-4, more.flat[k] + 1e-4
            far = look(layer({**run, slot: more})) - look(layer({**run, slot: less}))
            columns.append(far.ravel() / 2e-4)
    return np.stack(columns, axis=1)
''',
    "count": '''
def count(run, path):
    """How many numbers a run has below a path."""
    return sum(array.size for name, array in run.items() if name.startswith(f"{path}."))
''',
    "rank": '''
def rank(matrix):
    """How many independent directions its rows have; smaller singular values are rounding."""
    values = np.linalg.svd(matrix, compute_uv=False)
    return int(np.sum(values > {cut} * values[0]))
''',
    "is_diagonal": '''
def is_diagonal(matrix):
    """Whether every entry off the diagonal is 0."""
    return bool(np.allclose(matrix, np.diag(np.diag(matrix)), rtol=0, atol=1e-15))
''',
    "changed": '''
def changed(a, b):
    """Whether some entry really differs."""
    return not close(a, b)
''',
    "all_changed": '''
def all_changed(a, b):
    """Whether every entry really differs."""
    return not np.any(np.isclose(a, b, rtol=1e-9, atol=1e-9))
''',
    "close": '''
def close(a, b):
    """Whether every entry is equal, but for rounding."""
    print("largest difference =", np.max(np.abs(a - b)))
    return bool(np.allclose(a, b, rtol=1e-9, atol=1e-9))
''',
    "show": '''
def show(text, value):
    """Print what the test compares, and hand it on."""
    print(text, "=", value)
    return value
''',
    "sigmoid": '''
def sigmoid(z):
    """1 / (1 + exp(-z)), written so that nothing overflows."""
    return (1 + np.tanh(z / 2)) / 2
''',
    "relu": '''
def relu(z):
    """z where it is positive, else 0."""
    return np.where(z.real > 0, z, 0 * z)
''',
    "hard_sigmoid": '''
def hard_sigmoid(z):
    """z / 6 + 1/2, cut to [0, 1]."""
    return np.where(np.abs(z.real) < 3, z / 6 + 0.5, z.real > 0)
''',
    "linear": '''
def linear(z):
    """z itself."""
    return z
''',
    "clip": '''
def clip(z, limit):
    """Cut to ± limit."""
    return np.where(np.abs(z.real) > limit, np.sign(z.real) * limit, z)
''',
}  # fmt: skip


NAMES = frozenset({*_TEXTS, "draw", "np", "sys", "hashlib", "holds", "moved", "slopes"})
"""What is defined in a script, so that no run can have this name."""


def drawing(seed: int, way: str, slots: set[str]) -> str:
    """The text of ``draw`` for a seed and a way to draw, with the scales that the slots need."""
    known = {
        "bias": '0.5 if "bias" in name else ',
        "peephole": '0.7 if "peephole" in name else ',
    }
    scale = "".join(rule for word, rule in known.items() if any(word in slot for slot in slots))
    times = "".join(
        f'    if {f"{part!r} in name"} and salt != "nudge":\n        scale *= {factor:g}\n'
        for part, factor in DRAWS[way].items()
        if part != "recurrent_bias"  # "bias" is in its name
    ).replace("'", '"')
    return _STREAM.format(
        salt="" if way == "usual" else f" {way}", seed=seed, times=times,
        scale=f"{scale}1.2 / np.sqrt(shape[0])",
    )  # fmt: skip


def needed(text: str, framework: bool) -> Iterator[str]:
    """The helpers that a text calls, and those that these call, in an order that can be read."""
    texts = {name: t for name, t in _TEXTS.items() if " " not in name}
    if framework:
        texts["jacobian"] = _TEXTS["jacobian by differences"]
    cut = "1e-6" if framework else "1e-12"
    texts["rank"] = texts["rank"].replace("{cut}", cut)
    wanted: set[str] = set()
    fresh = [text]
    while fresh:
        words = {word for one in fresh for word in re.findall(r"\b(\w+)\(", _bare(one))}
        new = [name for name in texts if name in words and name not in wanted]
        wanted |= {*new}
        fresh = [texts[name] for name in new]
    yield from (texts[name] for name in reversed(texts) if name in wanted)


def _bare(text: str) -> str:
    """Code without words in quotes, attributes and definitions: only what is called by name."""
    return re.sub(r'""".*?"""|"[^"\n]*"|\.\w+|def \w+', "", text, flags=re.S)
