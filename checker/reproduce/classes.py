"""The layers and cells of each framework: how they are made, given weights, and called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from checker.frameworks.offers import FRAMEWORKS
from checker.models.layouts import ORDER
from checker.reproduce.slots import GATES, Layer, has_second_bias

_CLASSES = {
    "torch": {"lstm": "torch.nn.LSTM", "gru": "torch.nn.GRU", "rnn": "torch.nn.RNN"},
    "keras": {"lstm": "keras.layers.LSTM", "gru": "keras.layers.GRU",
              "rnn": "keras.layers.SimpleRNN"},
    "tensorflow": {"lstm": "rnn_cell.LSTMCell", "gru": "rnn_cell.GRUCell",
                   "rnn": "rnn_cell.BasicRNNCell"},
}  # fmt: skip


def class_of(layer: Layer, framework: str) -> str:
    """The name of the framework's class: BasicLSTMCell where nothing else is asked for."""
    options = layer.model.options
    basic = not any(options.get(n) for n in ("peepholes", "projection", "cell_clip", "activation"))
    if framework == "tensorflow" and layer.model.kind == "lstm" and basic:
        return "rnn_cell.BasicLSTMCell"
    return _CLASSES[framework][layer.model.kind]


def _joined(layer: Layer, framework: str, at: str) -> Iterator[str]:
    """Each part of the weights as one array, the gates side by side in the framework's order."""
    kind = layer.model.kind
    form = "f" if at else ""
    parts = ["kernel", "recurrent", "bias", *(["recurrent_bias"] if has_second_bias(layer) else [])]
    listed = ", ".join(f'"{part}"' for part in parts)
    short = ", ".join({"kernel": "K", "recurrent": "R", "bias": "b"}.get(p, "b2") for p in parts)
    if not GATES[kind]:
        whole = f'run[f"parameters.{at}{{part}}"]'
        yield f"{short} = ({whole} for part in ({listed}))"
    else:
        order = "".join(ORDER[kind, FRAMEWORKS[framework].layout])
        each = f'[run[f"parameters.{at}{{part}}.{{g}}"] for g in "{order}"]'
        yield f"parts = {listed}  # the order of the gates is {order}"
        yield f"{short} = (np.concatenate({each}, axis=-1) for part in parts)"
    forget = float(str(layer.option("forget_bias", 0)))
    if forget and framework != "tensorflow":
        yield f"b[units:2 * units] += {forget:g}  # the forget bias, which is in the bias here"
    if layer.option("projection"):
        yield f'P = run[{form}"parameters.{at}projection"]'


def _torch(layer: Layer, name: str, inputs: str, at: str) -> Iterator[str]:
    more = ""
    if layer.option("projection"):
        more += f", proj_size={layer.option('projection')}"
    if layer.model.kind == "rnn":
        more += f', nonlinearity="{layer.option("activation")}"'
    yield (f"layer = {name}({inputs}.shape[2], units, batch_first=True, dtype=torch.float64{more})")
    yield "layer.requires_grad_(False)"
    yield from _joined(layer, "torch", at)
    yield "layer.weight_ih_l0[:], layer.weight_hh_l0[:] = torch.tensor(K.T), torch.tensor(R.T)"
    second = "torch.tensor(b2)" if has_second_bias(layer) else "0"
    yield f"layer.bias_ih_l0[:], layer.bias_hh_l0[:] = torch.tensor(b), {second}"
    if layer.option("projection"):
        yield "layer.weight_hr_l0[:] = torch.tensor(P.T)"


def _keras(layer: Layer, name: str, inputs: str, at: str) -> Iterator[str]:
    more = "".join(
        f', {option}="{layer.option(option)}"'
        for option in ("activation", "recurrent_activation")
        if layer.option(option)
    )
    if layer.model.kind == "gru":
        more += f", reset_after={layer.option('reset') == 'after'}"
    yield 'more = {"return_sequences": True, "return_state": True, "dtype": "float64"}'
    yield f"layer = {name}(units, **more{more})"
    yield f"layer.build({inputs}.shape)"
    yield from _joined(layer, "keras", at)
    bias = "b"
    if has_second_bias(layer):
        bias = "np.stack([b, b2])"
    elif layer.model.kind == "gru" and layer.option("reset") == "after":
        bias = "np.stack([b, 0 * b])"
    yield f"layer.set_weights([K, R, {bias}])"


def _tensorflow(layer: Layer, name: str, inputs: str, at: str) -> Iterator[str]:
    options = layer.model.options
    renamed = {"forget_bias": "forget_bias", "projection": "num_proj", "cell_clip": "cell_clip",
               "peepholes": "use_peepholes", "projection_clip": "proj_clip"}  # fmt: skip
    more = "".join(f", {new}={options[old]}" for old, new in renamed.items() if options.get(old))
    if layer.model.kind == "lstm" and not options.get("forget_bias"):
        more += ", forget_bias=0.0"
    if options.get("activation"):
        more += f', activation="{options["activation"]}"'
    yield f"cell = {name}(units{more}, dtype=tf.float64)"
    yield f"cell.build((None, {inputs}.shape[2]))"
    yield from _joined(layer, "tensorflow", at)
    form = "f" if at else ""
    if layer.model.kind == "gru":
        yield "gates, candidate = slice(0, 2 * units), slice(2 * units, None)"
        yield "KR = np.concatenate([K, R])"
        yield "cell.set_weights([KR[:, gates], b[gates], KR[:, candidate], b[candidate]])"
        return
    weights = ["np.concatenate([K, R])", "b"]
    if options.get("peepholes"):
        weights += [f'run[{form}"parameters.{at}peephole.{g}"]' for g in "fio"]
    if options.get("projection"):
        weights.append("P")
    yield f"cell.set_weights([{', '.join(weights)}])"


MADE: Mapping[str, Callable[[Layer, str, str, str], Iterator[str]]] = {
    "torch": _torch,
    "keras": _keras,
    "tensorflow": _tensorflow,
}
_Call = tuple[str, str, str, dict[str, str]]
"""The call, its state before, and its outputs and its state after as arrays of numpy."""


def _called_torch(layer: Layer) -> _Call:
    each = 'torch.tensor(run[{f}"before.{at}%s"].copy())[None]'
    states = [each % s for s in layer.states]
    state = f"({', '.join(states)})" if len(states) > 1 else states[0]
    after = {"h": "state[0][0].numpy()", "c": "state[1][0].numpy()"}
    if len(states) == 1:
        after = {"h": "state[0].numpy()"}
    return "layer(torch.tensor({x}.copy()), state)", state, "outputs.numpy()", after


def _called_keras(layer: Layer) -> _Call:
    listed = ", ".join(f'run[{{f}}"before.{{at}}{s}"]' for s in layer.states)
    state = f"[keras.ops.convert_to_tensor(s) for s in [{listed}]]"
    after = {s: f"state[{number}].numpy()" for number, s in enumerate(layer.states)}
    return "layer({x}, initial_state=state)", state, "outputs.numpy()", after


def _called_tensorflow(layer: Layer) -> _Call:
    call = "tf.compat.v1.nn.dynamic_rnn(cell, tf.constant({x}), initial_state=state)"
    if layer.states == "h":
        return (
            call,
            'tf.constant(run[{f}"before.{at}h"])',
            "outputs.numpy()",
            {"h": "state.numpy()"},
        )
    listed = ", ".join(f'tf.constant(run[{{f}}"before.{{at}}{s}"])' for s in "ch")
    after = {s: f"state.{s}.numpy()" for s in "hc"}
    return call, f"rnn_cell.LSTMStateTuple({listed})", "outputs.numpy()", after


CALLED: Mapping[str, Callable[[Layer], _Call]] = {
    "torch": _called_torch,
    "keras": _called_keras,
    "tensorflow": _called_tensorflow,
}
