"""Why a claim has no verdict and what would help, in words; :mod:`checker.judge` decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from checker.nouns import SIZES, Judgement, Opponent, Outcome, Setting, Trial, Verdict

_NOTHING = (
    "as it stands no model changes this test at any setting, not even a broken one, so it measures "
    "nothing"
)
MEASURES_NOTHING = (
    "compare two runs, the second with change: …, and give a control under which the test comes "
    f"out the other way: {_NOTHING}"
)
CONDITION_MEASURES_NOTHING = (
    f"test what a run gives with the one value of the option and not with the other: {_NOTHING}"
)
"""For a claim with ``exactly_when``, which has no control."""
COMPARES_ITSELF = "two runs of the test are one and the same, so it compares a run with itself"
DEGENERATE = (
    "it fails only where sizes are equal or degenerate: either the claim is not meant for such "
    "sizes (then say so in taken_as and where), or these are counter-examples and a larger grid "
    "(at: …) would show more"
)
_CAME_OUT = {
    Outcome.YES: "it holds",
    Outcome.NO: "it fails",
    Outcome.UNDECIDED: "it stays undecided",
    Outcome.NOT_APPLICABLE: "it does not apply",
    Outcome.ERROR: "it cannot be run",
}
_TRIED = {  # the outcomes of an opponent, most telling first, and what is said of how many
    ("holds", "fails"): "on {} it came out the same way",
    ("undecided",): "on {} it stayed undecided",
    ("error",): "on {} it could not be run",
    ("not-applicable",): "on {} it does not apply",
}


def in_words(setting: Setting) -> str:
    """A setting as a sentence names it: batch 1, timesteps 2."""
    return ", ".join(f"{name} {value}" for name, value in setting.items())


def kept_from_turning(found: Verdict, asked: Sequence[Trial], turned: bool) -> str:
    """Where a control that does not turn the test first failed to; "" where it was never asked.

    To refute a correct claim one setting is enough, so already the first shows it; to make a wrong
    one hold takes all of them, so the last that was asked is the one that did not.
    """
    if turned or not asked:
        return ""
    trial = asked[0] if found is Verdict.CORRECT else asked[-1]
    near = ", too near to call" if trial.near else ""
    return f"at {in_words(trial.setting)} {_CAME_OUT[trial.outcome]}{near}"


def what_would_help(judgement: Judgement, found: Verdict, telling: Sequence[Trial]) -> str:
    """What to add to a claim whose test came out the other way nowhere.

    ``found`` is what the reference says, ``telling`` are the trials in which no two sizes coincide:
    a correct claim is asked to fail in one of these, so without them it cannot be told apart.
    """
    if found is Verdict.CORRECT and not telling:
        clash = _clash([trial.setting for trial in judgement.trials])
        return (
            "add settings in which no two sizes coincide, such as batch 3, timesteps 5, "
            "features 6, units 7: only there can a test show that it could have failed, and "
            f"{clash}; equal sizes are said in a run: "
            "runs: {one: {setting: {features: units}}}"
        )
    families = {
        "rival": judgement.rivals,
        "other option": judgement.alternatives,
        "control": (judgement.control,) if judgement.control else (),
    }
    tried = "; ".join(_counted(word, asked) for word, asked in families.items() if asked)
    add = "take another control, one" if judgement.control else "add a control"
    return f"{add} under which the test comes out the other way (tried: {tried or 'nothing else'})"


def _counted(word: str, opponents: Sequence[Opponent]) -> str:
    """How many of one family there were, and how the test came out on how many of them.

    A rival that was tried in several runs is one rival, counted where it was most telling.
    """
    outcomes: dict[str, set[str]] = {}
    for opponent in opponents:
        outcomes.setdefault(opponent.name.split(" in ")[0], set()).add(opponent.outcome)
    told = [next(kind for kind in _TRIED if {*kind} & found) for found in outcomes.values()]
    parts = [said.format(told.count(kind)) for kind, said in _TRIED.items() if kind in told]
    return ", ".join([f"{len(told)} {word}{'s' * (len(told) > 1)}", *parts])


def _clash(settings: Sequence[Setting]) -> str:
    """Which sizes coincide at the settings: what all of them have in common, if anything."""
    found = [[*_coincidences(setting)] for setting in settings]
    common = [one for one in found[0] if all(one in others for others in found)]
    if common:
        return f"in every setting {common[0]}"
    if all(found):
        return "in every setting two sizes are equal, or one is the sum or product of two others"
    return "in every setting sizes coincide with each other or with an option of the model"


def _coincidences(setting: Setting) -> Iterator[str]:
    """What coincides at one setting; a product with 1 is no coincidence."""
    sizes = {name: int(setting[name]) for name in SIZES if name in setting}
    for one, other in combinations(sizes, 2):
        if sizes[one] == sizes[other]:
            yield f"{one} equals {other}"
        for third in [name for name in sizes if name not in (one, other)]:
            if sizes[third] == sizes[one] + sizes[other]:
                yield f"{third} is the sum of {one} and {other}"
            if sizes[third] == sizes[one] * sizes[other] and 1 not in (sizes[one], sizes[other]):
                yield f"{third} is the product of {one} and {other}"
