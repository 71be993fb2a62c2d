"""The keys of the files under ``claims/``: one definition for validation and the JSON Schema.

The texts are for contributors; editors show them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from checker.editor import enriched
from checker.nouns import (
    Claim,
    Control,
    Depends,
    Experiment,
    Fact,
    Question,
    RunSpec,
    Source,
    Test,
    Training,
    Untestable,
    Value,
)
from checker.training.keys import OF_MODEL, OF_TASKS, OF_TRAINING, Key
from checker.training.tasks import TASKS

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
RANGE_PATTERN = r"^[0-9]{1,4}\.\.[0-9]{1,4}$"
URL_PATTERN = r"^https?://[^\s\"'<>]+$"
MAX_ID = 80
FORMS = ("test", "depends", "untestable")
"""How a claim is tried: exactly one of these keys."""
MAX_ARMS = 6
ONLY_ARM = "trained"
"""The name of the arm of a claim about training that names none."""

Identifier = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=MAX_ID)]
RunName = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=30)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
Expr = Annotated[str, StringConstraints(min_length=1, max_length=600)]
Scalar = bool | int | float | str
Places = dict[Identifier, Text | list[Text]]
Range = Annotated[str, StringConstraints(pattern=RANGE_PATTERN)]


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class RunKeys(_Keys):
    """One run of a test: how it differs from the run that it starts from."""

    start: RunName | None = Field(
        None, alias="from", description="The run that it starts from: the first one unless named."
    )
    model: dict[str, Scalar] = Field({}, description="Another kind of model, or other options.")
    setting: dict[RunName, int | Expr] = Field(
        {}, description="Other sizes, such as {timesteps: timesteps + 2}."
    )
    put: dict[Expr, int | float | Expr] = Field(
        {}, alias="set", description="Place: its new value; `it` is the old one."
    )
    change: Expr | list[Expr] = Field([], description="Places that get other random values.")
    lengths: int | Expr | None = Field(
        None, description="Length of the sequences: one number, or several in turn: (3, 1)."
    )


def _limited(key: Key) -> Any:
    """A key of training as pydantic has it, with its limits."""
    if key.words:
        return Literal[key.words] | None, Field(None, description=key.doc)
    number = int | None if key.whole else int | float | None
    return number, Field(None, description=key.doc, ge=key.least, le=key.most)


class _ArmKeys(_Keys):
    task: Literal[tuple(TASKS)] | None = Field(None, description="What is learned.")  # type: ignore[valid-type]
    model: dict[str, Scalar] = Field(
        {}, description="The kind of layer that is trained, and how many of them."
    )


TrainKeys: type[_ArmKeys] = create_model(
    "TrainKeys",
    __base__=_ArmKeys,
    __doc__="How networks are trained, on what, and with which budget of updates.",
    **{name: _limited(key) for name, key in {**OF_TRAINING, **OF_TASKS}.items()},
)


class ControlKeys(TrainKeys):  # type: ignore[misc, valid-type]
    """Another model, setting or run under which the same test must come out the other way."""

    model: dict[str, Scalar] = Field({}, description="Other options of the model in every run.")
    setting: dict[RunName, int | Expr] = Field({}, description="Other sizes everywhere.")
    put: dict[Expr, int | float | Expr] = Field(
        {}, alias="set", description="What is set in the first run."
    )
    change: Expr | list[Expr] = Field([], description="What is changed in the first run.")
    runs: dict[RunName, RunKeys] = Field({}, description="What is different in a named run.")
    call: Expr | None = Field(None, description="Another call, for a claim about a framework.")
    arms: dict[RunName, TrainKeys] = Field(  # type: ignore[valid-type]
        {},
        max_length=MAX_ARMS,
        description="What is different in a named arm, for a claim about training.",
    )


class ReplyKeys(_Keys):
    """The strongest reply that the author of a wrong claim could make, and what we say to it."""

    says: Text = Field(description="The strongest reply, put as its author would put it.")
    answer: Text = Field(description="What the experiment says to it.")


class ClaimKeys(_Keys):
    """A claim: what is said, where, how it is tried and what is expected to come out."""

    claim: Text = Field(description="The statement, atomic, in our own words.")
    said_by: Places = Field({}, description="Source: the place or places that make this claim.")
    asked_by: Places = Field({}, description="Source: places that only ask it.")
    covers: dict[Identifier, Text] = Field(
        {}, description="Another statement that says the same: its id, and its wording in ours."
    )
    taken_as: Text | None = Field(
        None, description="What we take it to say: the most charitable reading that says something."
    )
    expected: Literal["correct", "wrong", "depends", "undecided"] | None = Field(
        None, description="The outcome that you expect, written before the first run."
    )
    framework: Literal["tensorflow", "keras", "torch"] | None = Field(
        None, description="The framework that alone decides the claim; the test is about a call."
    )
    call: Expr | None = Field(
        None, description="What the framework is called with, such as LSTM(units=5)."
    )
    experiment: RunName | None = Field(
        None,
        description="A Python function of _experiments, for what YAML cannot say; the test reads "
        "what it returns.",
    )
    model: dict[str, Scalar | list[Scalar]] = Field(
        {}, description="The kind of model and its options; a list enumerates an option."
    )
    at: dict[RunName, list[Scalar] | Range] = Field(
        {}, description="Further names to enumerate, such as {step: 0..2}."
    )
    where: Expr | None = Field(None, description="A condition on the setting.")
    runs: dict[RunName, RunKeys] = Field({}, description="Runs to compare; the first is the base.")
    train: TrainKeys | None = Field(  # type: ignore[valid-type]
        None,
        description="What networks are trained on, and how, for 20 seeds; the test counts seeds.",
    )
    arms: dict[RunName, TrainKeys] = Field(  # type: ignore[valid-type]
        {},
        max_length=MAX_ARMS,
        description="What is trained otherwise in each arm that the test compares.",
    )
    test: Expr | None = Field(
        None, description="True at every setting exactly if the claim is right."
    )
    quantifier: Literal["every setting", "some setting"] = Field(
        "every setting", alias="for", description="`some setting`: one witness suffices."
    )
    exactly_when: Expr | None = Field(
        None, description="A condition on options, such as reset == 'before': true exactly there."
    )
    control: ControlKeys | None = Field(None, description=ControlKeys.__doc__)
    depends: dict[Text, Identifier] | None = Field(
        None, description="Condition: the claim that is right or wrong under it."
    )
    untestable: Literal["opinion", "history", "wording", "unseen"] | None = Field(
        None, description="Why no experiment can decide it."
    )
    because: Text | None = Field(None, description="The reason why it cannot be tried.")
    fact: Text | None = Field(None, description="What is right, in one plain sentence.")
    instead: Identifier | None = Field(
        None, description="For a wrong claim: the claim that is right instead."
    )
    contradicts: list[Identifier] = Field([], description="Claims that cannot be right as well.")
    see_also: list[Identifier] = Field([], description="Related claims.")
    formerly: list[Identifier] = Field([], description="Earlier ids, kept as addresses.")
    reply: ReplyKeys | None = Field(None, description=ReplyKeys.__doc__)

    def as_claim(self, id_: str, question: str, defaults: Mapping[str, Value]) -> Claim:
        """The claim that these keys describe; ``defaults`` is the question's model."""
        return Claim(
            id=id_,
            question=question,
            statement=self.claim,
            trial=self._trial(defaults),
            expected=self.expected,
            said_by=_listed(self.said_by),
            asked_by=_listed(self.asked_by),
            covers=self.covers,
            taken_as=self.taken_as or "",
            fact=self.fact or "",
            instead=self.instead,
            contradicts=tuple(self.contradicts),
            see_also=tuple(self.see_also),
            formerly=tuple(self.formerly),
            reply=self.reply.says if self.reply else "",
            answer=self.reply.answer if self.reply else "",
        )

    def _trial(
        self, defaults: Mapping[str, Value]
    ) -> Test | Fact | Experiment | Training | Depends | Untestable:
        if self.depends is not None:
            return Depends(self.depends)
        if self.untestable is not None:
            return Untestable(self.untestable, self.because or "")
        if self.test is None:
            raise ValueError("a claim has test, depends or untestable")
        if self.framework is not None:
            other = self.control.call if self.control else None
            return Fact(self.framework, self.call or "", self.test, other)
        at = {name: _enumerated(values) for name, values in self.at.items()}
        some = self.quantifier == "some setting"
        if self.experiment is not None:
            changed = _texts(self.control.setting) if self.control else {}
            return Experiment(self.experiment, self.test, at, self.where, some, changed)
        if self.train is not None:
            usual = {name: value for name, value in defaults.items() if name in OF_MODEL}
            return self._training({**usual, **self.model})
        at |= {n: tuple(v) for n, v in self.model.items() if isinstance(v, list)}
        model = {n: n if isinstance(v, list) else v for n, v in self.model.items()}
        runs = {name: _run(keys) for name, keys in self.runs.items()} or {"run": RunSpec()}
        return Test(
            expression=self.test,
            model={**defaults, **model},
            runs=runs,
            at=at,
            where=self.where,
            some=some,
            named=tuple(model),
            exactly_when=self.exactly_when,
            control=_control(self.control) if self.control else None,
        )

    def _training(self, model: Mapping[str, Any]) -> Training:
        """Each arm with all its keys, and once more under the control."""
        start = {"model": model}
        of_arms = {name: _given(keys) for name, keys in self.arms.items()} or {ONLY_ARM: {}}
        arms = {n: _over(_over(start, _given(self.train)), own) for n, own in of_arms.items()}
        control = self.control
        if control is None:
            return Training(self.test or "", arms)
        other = {name: _over(arm, _given(control)) for name, arm in arms.items()}
        for name, keys in control.arms.items():
            if name in other:
                other[name] = _over(other[name], _given(keys))
        return Training(self.test or "", arms, other)


class CitingKeys(_Keys):
    """A sentence of the short answer, with the claims that it rests on."""

    says: Text
    because: list[Identifier] = Field(description="Claims that must come out correct.")


class QuestionKeys(_Keys):
    """A question: its words, the short answer and the model that its claims are tried on."""

    question: Text = Field(description="What people ask.")
    description: Text | None = Field(None, description="One sentence for search engines.")
    answer: list[CitingKeys] = Field(description="The short answer; each sentence cites claims.")
    model: dict[str, Scalar] = Field({}, description="The model, unless a claim says otherwise.")

    def as_question(self, id_: str) -> Question:
        """The question that these keys describe."""
        answer = tuple((sentence.says, tuple(sentence.because)) for sentence in self.answer)
        return Question(id_, self.question, answer, self.model, self.description or "")


class SourceKeys(_Keys):
    """A public page with answers."""

    title: Text
    url: str | None = Field(
        None, pattern=URL_PATTERN, description="Its address, where it is known."
    )
    author: Text | None = None
    date: Text | None = Field(None, description="When it was written, where the page tells.")
    licence: Text | None = None
    read: Text = Field(description="When we read it.")
    mirror_of: Identifier | None = Field(None, description="The source that it is a copy of.")
    note: Text | None = None

    def as_source(self, id_: str) -> Source:
        """The source that these keys describe."""
        return Source(
            id_,
            self.title,
            self.url or "",
            self.read,
            self.author or "",
            self.date or "",
            self.licence or "",
            self.mirror_of,
            self.note or "",
        )


def schema() -> str:
    """The JSON Schema of a claim file, for editors."""
    keys: dict[str, Any] = ClaimKeys.model_json_schema(by_alias=True)
    keys["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    keys["oneOf"] = [{"required": [form]} for form in FORMS]
    keys["dependentRequired"] = {"untestable": ["because"]}
    _close(keys)
    enriched(keys)
    return json.dumps(keys, indent=2, sort_keys=True) + "\n"


def _close(schema: Any) -> None:
    """Refuse the keys of a mapping that look otherwise than they must, as the validator does."""
    if isinstance(schema, dict) and "patternProperties" in schema:
        schema["additionalProperties"] = False
    for part in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(part, dict | list):
            _close(part)


def _listed(places: Mapping[str, str | list[str]]) -> dict[str, tuple[str, ...]]:
    return {s: tuple(p) if isinstance(p, list) else (p,) for s, p in places.items()}


def _enumerated(values: list[Scalar] | str) -> tuple[Value, ...]:
    if isinstance(values, str):
        first, last = (int(end) for end in values.split(".."))
        return tuple(range(first, last + 1))
    return tuple(values)


def _texts(setting: Mapping[str, Any]) -> dict[str, Any]:
    return {name: text if isinstance(text, str) else str(text) for name, text in setting.items()}


def _paths(change: str | list[str]) -> tuple[str, ...]:
    return (change,) if isinstance(change, str) else tuple(change)


def _given(keys: Any) -> dict[str, Any]:
    """The keys of training that a part of a file has."""
    known = ("task", "model", *OF_TRAINING, *OF_TASKS)
    return {name: getattr(keys, name) for name in known if getattr(keys, name) is not None}


def _over(arm: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """An arm with other keys on top of its own; of ``model`` only what they name is replaced.

    What belongs to a task goes with it where another one is named.
    """
    below = dict(arm)
    if other.get("task", below.get("task")) != below.get("task"):
        below = {key: value for key, value in below.items() if key not in OF_TASKS}
    model = {**below.get("model", {}), **other.get("model", {})}
    return {**below, **other, "model": model}


def _run(keys: RunKeys) -> RunSpec:
    return RunSpec(
        keys.start,
        keys.model,
        _texts(keys.setting),
        _texts(keys.put),
        _paths(keys.change),
        None if keys.lengths is None else str(keys.lengths),
    )


def _control(keys: ControlKeys) -> Control:
    runs = {name: _run(run) for name, run in keys.runs.items()}
    return Control(keys.model, _texts(keys.setting), _texts(keys.put), _paths(keys.change), runs)


if __name__ == "__main__":  # python -m checker.format > claims/claim.schema.json
    sys.stdout.write(schema())
