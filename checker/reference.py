"""What the files and the language offer, by the texts that they show to contributors.

The pages of reference are made from this, and this from docstrings and descriptions alone.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from checker.editor import EXAMPLES
from checker.format import (
    ClaimKeys,
    ControlKeys,
    QuestionKeys,
    ReplyKeys,
    RunKeys,
    SourceKeys,
    TrainKeys,
)
from checker.language.functions import FUNCTIONS
from checker.language.observables import OBSERVABLES
from checker.lint import RULES, RULES_OF_MEANING, RULES_OF_TESTS, Rule, name_of
from checker.models.registry import KINDS, OPTIONS, options_of
from checker.training.keys import OF_MODEL, OF_TRAINING
from checker.training.measures import MEASURES
from checker.training.tasks import TASKS, Task

FILES: Mapping[str, type[BaseModel]] = {
    "A claim": ClaimKeys,
    "A run, under runs": RunKeys,
    "Training, under train, arms and control": TrainKeys,
    "A control": ControlKeys,
    "A reply": ReplyKeys,
    "A question, in question.yml": QuestionKeys,
    "A source, in _sources": SourceKeys,
}


def reference() -> dict[str, Any]:
    """All of it, as plain data."""
    return {
        "observables": dict(OBSERVABLES),
        "functions": {name: function.run.__doc__ or "" for name, function in FUNCTIONS.items()},
        "keys": {title: _keys(model) for title, model in FILES.items()},
        "kinds": {kind: _first(make.__doc__) for kind, make in KINDS.items()},
        "options": {name: _option(name) for name in OPTIONS},
        "tasks": {name: _task(task) for name, task in TASKS.items()},
        "measures": dict(MEASURES),
        "training": [
            {"name": name, "text": key.doc, "default": "" if key.default is None else key.default}
            for name, key in {**OF_TRAINING, **OF_MODEL}.items()
        ],
        "rules": {name_of(r): _rule(r) for r in (*RULES, *RULES_OF_TESTS, *RULES_OF_MEANING)},
    }


def _keys(model: type[BaseModel]) -> list[dict[str, str]]:
    return [
        {
            "name": info.alias or name,
            "text": info.description or "",
            "example": EXAMPLES.get(info.alias or name, ""),
            "needed": "yes" if info.is_required() else "",
        }
        for name, info in model.model_fields.items()
        if model is not ControlKeys or name not in TrainKeys.model_fields or name == "model"
    ]


def _option(name: str) -> dict[str, Any]:
    option = OPTIONS[name]
    return {
        "text": option.doc,
        "values": list(option.values),
        "type": option.type.__name__,
        "kinds": [kind for kind in KINDS if name in options_of(kind)],
    }


def _task(task: Task) -> dict[str, Any]:
    return {"text": task.doc, "options": dict(task.options)}


def _rule(rule: Rule) -> dict[str, str]:
    """A rule by its docstring: what must hold, what is refused and what passes."""
    said, _, examples = inspect.cleandoc(rule.__doc__ or "").partition("\nRefused:\n")
    refused, _, passes = examples.partition("\nPasses:\n")
    return {
        "text": said.strip(),
        "refused": textwrap.dedent(refused).strip("\n"),
        "passes": textwrap.dedent(passes).strip("\n"),
    }


def _first(docstring: str | None) -> str:
    return (docstring or "").split("\n")[0]
