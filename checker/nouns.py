"""The words of this project, each with one meaning.  Read this file first.

A *claim* is one atomic statement that public answers make.
Its *test* is an expression that is true at every *setting* exactly if the claim is right.
The test is tried on the *reference* (our numpy model), on *rivals* (models in which a published
misreading is true) and under the claim's own *control*; each try at one setting is a *trial* with
an *outcome*.  The *verdict* is computed from the outcomes, never written by a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

Value = int | float | str | bool
Setting = Mapping[str, Value]
"""One point of the grid: batch, timesteps, features, units, and whatever a claim enumerates."""

SIZES = ("batch", "timesteps", "features", "units")


class Outcome(StrEnum):
    """What one trial gave.  An ERROR is never a NO: a crash says nothing about the claim."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"  # statistics that stay short of the margin
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"


class Verdict(StrEnum):
    """What the experiments say of a claim."""

    CORRECT = "correct"
    WRONG = "wrong"
    DEPENDS = "depends"


class WhyNot(StrEnum):
    """Why a claim has no verdict."""

    UNDECIDED = "undecided"  # the statistics stay short of the margin
    UNPROVEN = "unproven"  # the test could not be shown to come out the other way
    DISPUTED = "disputed"  # a real framework disagrees with the reference
    ERROR = "error"  # something could not be run
    UNRECORDED = "unrecorded"  # only a framework decides, and none has been recorded on this test
    NOT_TESTABLE = "not-testable"  # opinion, history, wording, or something nobody can see


@dataclass(frozen=True)
class Place:
    """Where in a YAML file a value stands; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that must hold and does not: a value, so that all are shown at once."""

    file: str
    line: int
    column: int
    message: str  # what must hold
    tip: str = ""
    rule: str = field(default="", compare=False)  # its name on the page of rules

    def __str__(self) -> str:
        tip = f" ({self.tip})" if self.tip else ""
        rule = f" [{self.rule}]" if self.rule else ""
        text = f"{self.file}:{self.line}:{self.column}: {self.message}{tip}{rule}"
        return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


@dataclass(frozen=True)
class Trial:
    """The test of a claim, tried once: one model, one setting.

    ``near`` tells that a comparison fell between rounding and a real difference, so that the
    outcome must not be relied on.  ``evidence`` holds what was compared, for the page.
    """

    setting: Setting
    outcome: Outcome
    detail: str = ""
    near: bool = False
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def clear_yes(self) -> bool:
        """The test held, by more than the slack."""
        return self.outcome is Outcome.YES and not self.near

    @property
    def clear_no(self) -> bool:
        """The test failed, by more than the slack."""
        return self.outcome is Outcome.NO and not self.near


@dataclass(frozen=True)
class RunSpec:
    """How one run of a test differs from the run that it starts from; texts are expressions."""

    start: str | None = None  # the run whose inputs, state and parameters it takes over
    model: Mapping[str, Value] = field(default_factory=dict)
    setting: Mapping[str, str] = field(default_factory=dict)
    put: Mapping[str, str] = field(default_factory=dict)  # ``set:`` in the file
    change: tuple[str, ...] = ()
    lengths: str | None = None  # of the sequences; one number for all, or several in turn


@dataclass(frozen=True)
class Control:
    """Another model, setting or run under which the same test must come out the other way."""

    model: Mapping[str, Value] = field(default_factory=dict)
    setting: Mapping[str, str] = field(default_factory=dict)
    put: Mapping[str, str] = field(default_factory=dict)
    change: tuple[str, ...] = ()
    runs: Mapping[str, RunSpec] = field(default_factory=dict)


@dataclass(frozen=True)
class Test:
    """A claim's test: an expression over runs and setting, and the grid that it is tried on."""

    __test__: ClassVar[bool] = False  # pytest takes classes of this name for tests of its own
    expression: str
    model: Mapping[str, Value] = field(default_factory=dict)
    runs: Mapping[str, RunSpec] = field(default_factory=lambda: {"run": RunSpec()})
    at: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    where: str | None = None
    some: bool = False  # one witness suffices, instead of every setting
    control: Control | None = None
    named: tuple[str, ...] = ()  # the options that the claim's own file names
    exactly_when: str | None = None  # a condition on options: true there, and nowhere else


@dataclass(frozen=True)
class Fact:
    """A claim that only a framework decides: a call of it, and what must be true of the call."""

    framework: str
    call: str
    test: str
    control: str | None = None  # another call, for which the test must come out the other way


@dataclass(frozen=True)
class Experiment:
    """A claim tried by a Python function of the knowledge base, and what must be true of it.

    ``at`` replaces what the function enumerates by itself; ``control`` changes some of it.
    """

    name: str
    test: str
    at: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    where: str | None = None
    some: bool = False  # one witness suffices, instead of every setting
    control: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Training:
    """A claim tried by training: what must be true of the arms, counted over the seeds.

    Each arm has all its keys, those of ``train`` and its own, and its ``model``; ``control`` has
    the same arms as they are under the control.
    """

    test: str
    arms: Mapping[str, Mapping[str, Any]]
    control: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Depends:
    """A conditional claim: each condition leads to a claim of its own, with its own verdict."""

    conditions: Mapping[str, str]


@dataclass(frozen=True)
class Untestable:
    """A claim that no experiment can decide, with the kind of reason and the reason."""

    kind: str  # opinion, history, wording, unseen
    because: str


@dataclass(frozen=True)
class Claim:
    """One atomic statement, paraphrased, with the places that make it and how it is tried."""

    id: str
    question: str
    statement: str
    trial: Test | Fact | Experiment | Training | Depends | Untestable
    expected: str | None = None  # written before the run; None where nothing can be tried
    said_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    covers: Mapping[str, str] = field(default_factory=dict)  # id → the same in other words
    taken_as: str = ""
    fact: str = ""
    instead: str | None = None
    contradicts: tuple[str, ...] = ()
    see_also: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()
    reply: str = ""  # the strongest reply that the author of a wrong claim could make
    answer: str = ""  # and what the experiments say to it
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A public page with answers; mirrors of a page are never counted as agreement."""

    id: str
    title: str
    url: str
    read: str
    author: str = ""
    date: str = ""
    licence: str = ""
    mirror_of: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Question:
    """What people ask, with the short answer: sentences that each cite the claims they rest on."""

    id: str
    title: str
    short_answer: tuple[tuple[str, tuple[str, ...]], ...]
    model: Mapping[str, Value] = field(default_factory=dict)
    description: str = ""


@dataclass(frozen=True)
class Opponent:
    """How the test came out on something other than the reference."""

    name: str
    outcome: str  # holds, fails, not-applicable, error
    turned: bool  # it came out the other way, clearly enough to tell the claim apart
    linked: bool = True  # its belief belongs to the claim's question, or contradicts the claim
    detail: str = ""


@dataclass(frozen=True)
class Judgement:
    """What the judge says of one claim: a verdict or the reason why there is none."""

    verdict: Verdict | None
    why_not: WhyNot | None
    reason: str = ""
    told_apart_by: str | None = None  # control, alternative, rival, unrelated-rival
    holds: int = 0
    fails: int = 0
    shown: Trial | None = None  # the smallest counter-example or the strongest confirmation
    trials: tuple[Trial, ...] = ()
    rivals: tuple[Opponent, ...] = ()
    control: Opponent | None = None
    alternatives: tuple[Opponent, ...] = ()
    frameworks: tuple[Mapping[str, Any], ...] = ()
    echo: bool = False  # it looks at shapes and counts alone, so a real framework has to decide it
