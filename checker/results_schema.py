"""What stands in a results file: its JSON Schema is made from this, and real results fit it.

The texts are for whoever reads the file with a program.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Scalar = bool | int | float | str
Setting = dict[str, Scalar]
Outcome = Literal["yes", "no", "undecided", "not-applicable", "error"]
Overall = Literal["holds", "fails", "undecided", "not-applicable", "error"]
Verdict = Literal["correct", "wrong", "depends"]
WhyNot = Literal["undecided", "unproven", "disputed", "error", "unrecorded", "not-testable"]
Expected = Literal["correct", "wrong", "depends", "undecided"]
Places = dict[str, list[str]]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Opponent(_Part):
    """Something else that the test was tried on: a rival, another option or the control."""

    name: str = Field(description="Of a rival also the runs that it stood in for.")
    outcome: Overall = Field(description="How the test came out on it.")
    turned: bool = Field(description="Whether that is clearly the other way.")
    linked: bool = Field(description="Whether it is about what the claim says.")
    detail: str = Field(description="Where or why, where that helps; or empty.")


class Trial(_Part):
    """The test at one setting."""

    setting: Setting = Field(description="Sizes, and whatever else the claim enumerates.")
    outcome: Outcome = Field(description="What the test gave there.")


class Matrix(_Part):
    """An array that was compared."""

    axes: list[str] = Field(description="The names of its axes.")
    entries: Any = Field(description="Its numbers, as nested lists.")


class ShownRun(_Part):
    """What one run of the shown trial was, and gave."""

    model: dict[str, Any] = Field(description="The kind of model, and its options.")
    sizes: dict[str, int] = Field(description="Batch, timesteps, features, units.")
    outputs_shape: list[int] = Field(description="The shape of the outputs.")
    outputs: Any = Field(description="The outputs of the first row, where they are a matrix.")


class CountedShare(_Part):
    """In how many of the seeds something was true."""

    condition: str = Field(description="What was counted.")
    successes: int = Field(description="In so many seeds it was true.")
    tries: int = Field(description="So many seeds there were.")
    interval: list[float | int] = Field(
        description="Lowest and highest true share that are not refuted, at error level 0.01 each."
    )


class Arm(_Part):
    """What one arm was trained with, and what came of it."""

    about: str = Field(description="What is learned, in words.")
    keys: Setting = Field(description="Everything that it was trained with.")
    figures: dict[str, list[float | int]] = Field(
        description="What the test measures, a figure for each seed."
    )
    updates: list[int] = Field(description="The points of the learning curves.")
    curves: dict[str, list[list[float | int]]] = Field(
        description="At each point the lowest, median and highest of all seeds."
    )


class TrainingShown(_Part):
    """What training gave: the shares of the test, and every arm."""

    shares: list[CountedShare] = Field(description="The shares that the test compares.")
    arms: dict[str, Arm] = Field(description="The arms by name.")


class Shown(Trial):
    """One trial in full: the smallest counter-example or the strongest confirmation."""

    values: dict[str, Any] = Field(description="What was compared, by its expression.")
    matrices: dict[str, Matrix] = Field(description="Arrays that were compared, by expression.")
    runs: dict[str, ShownRun] = Field(description="The runs of the test, by name.")
    training: TrainingShown | None = Field(
        default=None, description="What training gave, of a claim about training."
    )


class Record(_Part):
    """What a real framework gave, as it was recorded."""

    name: str = Field(description="The framework.")
    title: str = Field(description="Its name for readers.")
    version: str = Field(description="The version that was run.")
    date: str = Field(description="When it was run.")
    outcome: Overall = Field(description="How the test came out on it.")
    why: str = Field(description="Why it does not apply, or what went wrong; or empty.")
    control: Any = Field(description="How the control came out, of a claim about a call.")
    values: Any = Field(description="What was compared, of a claim about a call.")
    stale: bool = Field(description="Whether the claim's test was another one then.")
    decides: int = Field(description="At so many settings it said yes or no.")
    disagrees: list[Setting] = Field(description="Where it decides otherwise than the reference.")


class Reply(_Part):
    """The strongest reply to the verdict on a wrong claim."""

    says: str = Field(description="As the claim's author would put it.")
    answer: str = Field(description="What the experiment says to it.")


class ClaimResult(_Part):
    """A claim that was tried, or that nothing can decide."""

    id: str = Field(description="The name of its file, and its address.")
    question: str = Field(description="The question that it belongs to.")
    file: str = Field(description="Its file, from the folder of claims on.")
    line: int = Field(description="Where the file says what is expected, counted from 1.")
    column: int = Field(description="Where in that line, counted from 1.")
    claim: str = Field(description="The statement.")
    said_by: Places = Field(description="Source: the places that make it.")
    asked_by: Places = Field(description="Source: the places that only ask it.")
    covers: dict[str, str] = Field(description="Id: the wording of a statement that says the same.")
    taken_as: str = Field(description="What it is taken to say; or empty.")
    fact: str = Field(description="What is right, in one sentence; or empty.")
    instead: str | None = Field(description="Of a wrong claim: the claim that is right.")
    contradicts: list[str] = Field(description="Claims that cannot be right as well.")
    see_also: list[str] = Field(description="Related claims.")
    formerly: list[str] = Field(description="Earlier ids.")
    reply: Reply | None = Field(description=Reply.__doc__)
    untestable: str | None = Field(description="The kind of reason why nothing can decide it.")
    depends: dict[str, str] = Field(description="Condition: the claim that decides under it.")
    tried: dict[str, Any] = Field(description="The keys of the file that say how it is tried.")
    runs: list[str] = Field(description="The names of its runs; the first is the base.")
    digest: str = Field(description="A fingerprint of the tried part of the file.")
    expected: Expected | None = Field(description="What a person wrote before the first run.")
    as_expected: bool = Field(description="Whether that is what came out.")
    verdict: Verdict | None = Field(description="What came out; null where there is no verdict.")
    why_not: WhyNot | None = Field(description="Why there is no verdict.")
    reason: str = Field(description="The same in words; or empty.")
    told_apart_by: str | None = Field(description="What turned the test: control, rival …")
    settings: int = Field(description="At so many settings the test was tried.")
    hold: int = Field(description="At so many of them it holds.")
    fail: int = Field(description="At so many of them it fails.")
    shown: Shown | None = Field(description=Shown.__doc__)
    trials: list[Trial] = Field(description="All settings, in order.")
    rivals: list[Opponent] = Field(description="Models in which a public misreading is true.")
    alternatives: list[Opponent] = Field(description="Other values of options that it names.")
    control: Opponent | None = Field(description="What the file says must turn the test.")
    echo: bool = Field(description="Whether it looks at shapes and counts alone.")
    frameworks: list[Record] = Field(description="What real frameworks gave.")
    linked: list[str] = Field(description="Rivals whose belief the claim is about.")


class Broken(_Part):
    """A claim whose file has to be mended before it can be tried."""

    id: str = Field(description="Its id.")
    question: str = Field(description="The question that it belongs to.")


class Sentence(_Part):
    """A sentence of a short answer."""

    says: str = Field(description="Its words.")
    because: list[str] = Field(description="The claims that it rests on.")
    holds: bool = Field(description="Whether all of them came out correct.")


class QuestionResult(_Part):
    """A question with its short answer."""

    id: str = Field(description="The name of its folder.")
    title: str = Field(description="What people ask.")
    description: str = Field(description="One sentence for search engines; or empty.")
    answer: list[Sentence] = Field(description="The short answer.")


class SourceResult(_Part):
    """A public page."""

    id: str = Field(description="The name of its file.")
    title: str = Field(description="Its title.")
    url: str = Field(description="Its address; or empty.")
    read: str = Field(description="When it was read.")
    author: str = Field(description="Who wrote it; or empty.")
    date: str = Field(description="When it was written; or empty.")
    licence: str = Field(description="Its licence; or empty.")
    mirror_of: str | None = Field(description="The source that it is a copy of.")
    note: str = Field(description="What else there is to know; or empty.")


class Rival(_Part):
    """A model in which a public misreading is true by construction."""

    name: str = Field(description="Its name.")
    belief: str = Field(description="The misreading.")
    makes_true: str = Field(description="The claim that is true in it.")


class Framework(_Part):
    """A framework that claims are run on."""

    name: str = Field(description="As commands name it.")
    title: str = Field(description="As readers know it.")


class Fidelity(_Part):
    """How far the reference is from what a framework gave on recorded runs."""

    framework: str = Field(description="The framework.")
    title: str = Field(description="Its name for readers.")
    version: str = Field(description="The version that was recorded.")
    date: str = Field(description="When it was recorded.")
    model: str = Field(description="The model, in words.")
    cases: int = Field(description="So many runs were compared.")
    outputs: float | None = Field(description="Largest difference of the outputs.")
    states: float | None = Field(description="Largest difference of the states.")
    gradients: float | None = Field(description="Largest difference of the gradients.")
    single: float | None = Field(description="Largest difference in single precision.")


class FindingResult(_Part):
    """Something that has to be mended in a file."""

    file: str = Field(description="From the folder of claims on.")
    line: int = Field(description="Counted from 1.")
    column: int = Field(description="Counted from 1.")
    message: str = Field(description="What must hold.")
    tip: str = Field(description="What to do; or empty.")
    rule: str = Field(description="The rule's name on the page of rules; or empty.")


class Counts(_Part):
    """How many claims came out how."""

    correct: int
    wrong: int
    depends: int
    undecided: int
    unproven: int
    disputed: int
    error: int
    unrecorded: int
    not_testable: int = Field(alias="not-testable")


class Results(_Part):
    """What `checker check --format json` prints and writes to results.json."""

    version: Literal[1] = Field(alias="schema", description="The version of this format.")
    claims: list[ClaimResult] = Field(description="All claims that were tried, by their ids.")
    broken: list[Broken] = Field(description="Claims that have to be mended first.")
    left_out: list[str] = Field(description="Claims that were left out this time.")
    counts: Counts = Field(description=Counts.__doc__)
    questions: list[QuestionResult] = Field(description="All questions.")
    sources: list[SourceResult] = Field(description="All public pages.")
    rivals: list[Rival] = Field(description="All rivals.")
    frameworks: list[Framework] = Field(description="All frameworks.")
    fidelity: list[Fidelity] = Field(description="Measured where all claims are tried.")
    findings: list[FindingResult] = Field(description="All that has to be mended.")


class EarlierClaim(BaseModel):
    """What has to be known of a claim as it was, to tell what has changed."""

    id: str
    claim: str
    question: str
    digest: str
    verdict: Verdict | None
    why_not: WhyNot | None
    said_by: Places
    asked_by: Places


class _Named(BaseModel):
    id: str


class Earlier(BaseModel):
    """Results of an earlier day, perhaps by an earlier version: what a comparison reads of them."""

    version: Literal[1] = Field(alias="schema")
    claims: list[EarlierClaim]
    questions: list[_Named]
    sources: list[_Named]


def schema() -> str:
    """The JSON Schema of a results file."""
    keys: dict[str, Any] = Results.model_json_schema(by_alias=True)
    keys["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    keys["title"] = "Results"
    return json.dumps(keys, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":  # python -m checker.results_schema > checker/results.schema.json
    sys.stdout.write(schema())
