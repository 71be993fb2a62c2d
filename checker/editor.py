"""What editors show beside the keys: models, options, observables and functions, with their texts.

The schema of the keys says what is accepted; here it learns to complete and to explain.  What is
added accepts nothing more and refuses one thing more: an option that no model has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.language.functions import FUNCTIONS
from checker.language.observables import NUDGEABLE, OBSERVABLES
from checker.models.registry import KINDS, OPTIONS, options_of
from checker.nouns import SIZES

Schema = dict[str, Any]

EXAMPLES = {
    "claim": "num_units is the length of the sequence.",
    "said_by": '{blog-2018: "paragraph 4, first sentence"}',
    "asked_by": '{datascience-12964: "comment under the question"}',
    "expected": "wrong",
    "framework": "tensorflow",
    "call": "BasicLSTMCell(num_units=5)",
    "experiment": "softmax",
    "model": "{kind: gru, reset: [before, after]}",
    "at": "{step: 0..2}",
    "train": "{task: random-labels, examples: 64, updates: 800}",
    "arms": "{few: {units: 2}, many: {units: 8}}",
    "task": "random-labels",
    "updates": "800",
    "learning_rate": "0.01",
    "start": "nearly-alike",
    "where": "step < timesteps",
    "runs": "{whole: {}, alone: {setting: {batch: 1}}}",
    "test": "outputs.timesteps == units",
    "for": "some setting",
    "exactly_when": "reset == 'before'",
    "control": "{setting: {timesteps: units}}",
    "depends": "{the width is meant: num-units-is-hidden-state-size, …}",
    "untestable": "opinion",
    "instead": "num-units-is-hidden-state-size",
    "contradicts": "[units-is-not-time-steps]",
    "from": "whole",
    "setting": "{timesteps: timesteps + 2}",
    "set": '{before.c: 0, inputs: "whole.inputs[:, 1:]"}',
    "change": "parameters.bias",
    "lengths": "(timesteps, 1)",
}
"""How a key is written, where one line can show it."""

MEANINGS = {
    "correct": "no counter-example will be found",
    "wrong": "a counter-example will be found",
    "depends": "right under one condition and wrong under another",
    "undecided": "the figures will stay short of the margin",
    "opinion": "a matter of taste or advice",
    "history": "about what happened, and when",
    "wording": "about what a word means",
    "unseen": "about something that nobody can see",
    "every setting": "one counter-example refutes it",
    "some setting": "one witness suffices",
    "tensorflow": "TensorFlow 1's cells, as TensorFlow 2 ships them",
    "keras": "Keras, on TensorFlow",
    "torch": "PyTorch",
    "lstm": "long short-term memory: states h and c",
    "gru": "gated recurrent unit: state h",
    "rnn": "the plain recurrent layer: state h",
}
"""What one of few values says."""

_EXPRESSIONS = ("test", "where", "exactly_when")
_START = {
    "a claim that is correct": "claim: ${1:What the page says, in our own words.}\n"
    "said_by: {${2:source}: ${3:paragraph 1}}\nexpected: correct\ntest: ${4:outputs.units == units}"
    "\ncontrol: {${5:model: {projection: 2\\}}}\nfact: ${6:What is right, in one sentence.}\n",
    "a claim that is wrong": "claim: ${1:What the page says, in our own words.}\n"
    "said_by: {${2:source}: ${3:paragraph 1}}\nexpected: wrong\n"
    "test: ${4:outputs.timesteps == units}\ncontrol: {${5:setting: {timesteps: units\\}}}\n"
    "fact: ${6:What is right, in one sentence.}\ninstead: ${7:the-claim-that-is-right}\n"
    "reply:\n  says: ${8:The best that its author could say.}\n"
    "  answer: ${9:What the experiment says to it.}\n",
}


def enriched(keys: Schema) -> Schema:
    """The schema of claim files, with what editors offer and explain."""
    for part in (keys, *keys.get("$defs", {}).values()):
        part.pop("title", None)  # a name in our code; an editor would show it as a headline
        for name, key in part.get("properties", {}).items():
            key.pop("title", None)
            _explain(name, key)
    keys["defaultSnippets"] = [
        {"label": label, "description": "a whole file, to be filled in", "bodyText": body}
        for label, body in _START.items()
    ]
    return keys


def _explain(name: str, key: Schema) -> None:
    """Add to one key what it means in full, and what may stand there."""
    said = key.get("description", "")
    if name in EXAMPLES:
        said += f"\n\n```yaml\n{name}: {EXAMPLES[name]}\n```"
    if name == "model":
        key["properties"] = _options(key["additionalProperties"])
        key["additionalProperties"] = False
    if name in ("set", "change"):
        said += "\n\nPlaces:\n" + _list({place: OBSERVABLES[place] for place in NUDGEABLE})
    if name == "set":
        key["properties"] = {
            place: {**key["additionalProperties"], "markdownDescription": OBSERVABLES[place]}
            for place in NUDGEABLE
        }
    if name == "test":
        said += f"\n\nTo look at:\n{_list(OBSERVABLES)}\n\nTo do with it:\n{_list(_functions())}"
    if name in _EXPRESSIONS:
        key["defaultSnippets"] = _snippets(with_runs=name == "test")
    if said:
        key["markdownDescription"] = said
    if "anyOf" in key:  # what a hover shows of several choices: the description, and then theirs
        key["anyOf"][0]["markdownDescription"] = said.removeprefix(key.get("description", ""))
    for choice in (key, *key.get("anyOf", ())):
        if "enum" in choice:
            choice["markdownEnumDescriptions"] = [MEANINGS.get(v, v) for v in choice["enum"]]


def _options(accepted: Schema) -> Schema:
    """Each option of a model with its values; what else is accepted may be an expression."""
    kinds = {
        name: [kind for kind in KINDS if name in options_of(kind)] for name in ("kind", *OPTIONS)
    }
    found = {"kind": _one_of(accepted, list(KINDS), "which kind of layer is tried")}
    for name, option in OPTIONS.items():
        doc = f"{option.doc}\n\nOf {', '.join(kinds[name])}."
        found[name] = _one_of(accepted, list(option.values), doc)
    return found


def _one_of(accepted: Schema, values: list[Any], doc: str) -> Schema:
    shown = f"{doc}\n\nOne of {', '.join(map(_yaml, values))}." if values else doc
    told: Schema = {"description": doc.split("\n")[0], "markdownDescription": shown}
    if not values:
        return {**accepted, **told}
    few = {"enum": values, "markdownEnumDescriptions": [MEANINGS.get(v, _yaml(v)) for v in values]}
    lists = [{"type": "array", "items": few}] if _takes_lists(accepted) else []
    return {"anyOf": [few, *lists, accepted], **told}


def _takes_lists(accepted: Schema) -> bool:
    return any(choice.get("type") == "array" for choice in accepted.get("anyOf", ()))


def _snippets(with_runs: bool) -> list[Schema]:
    """What an expression may be made of: sizes, and for a test observables and functions."""
    offered: Mapping[str, str] = dict.fromkeys(SIZES, "a size of the setting")
    if with_runs:
        offered = {**offered, **OBSERVABLES, **_functions()}
    return [
        {"label": name, "description": what, "markdownDescription": what, "body": name}
        for name, what in offered.items()
    ]


def _functions() -> dict[str, str]:
    """Usage to meaning, as the language's own help has them."""
    texts = [" ".join((function.run.__doc__ or "").split()) for function in FUNCTIONS.values()]
    return {usage: what for usage, _, what in (text.partition(": ") for text in texts)}


def _list(texts: Mapping[str, str]) -> str:
    return "\n".join(f"- `{name}`: {what.replace('``', '`')}" for name, what in texts.items())


def _yaml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
