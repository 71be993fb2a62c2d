"""Rules about claims that are tried by training; none of them trains anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from checker.base import Base
from checker.format import ONLY_ARM
from checker.language.functions import FUNCTIONS
from checker.language.observables import OBSERVABLES
from checker.language.parse import Expression, ExpressionError, offered, parse, unknown_names
from checker.language.values import ExperimentError
from checker.lint.expressions import placed
from checker.lint.references import finding
from checker.lint.spots import Spot
from checker.loading import Keys
from checker.nouns import Claim, Finding, Training
from checker.training.measures import MEASURES, SAME_AT_ALL_SEEDS
from checker.training.reading import measures_in, shares
from checker.training.spec import Spec, problems, resolve, too_dear


def arms_can_be_trained(base: Base) -> Iterator[Finding]:
    """Each arm, also under the control, has a task, keys that the task takes, and a small budget.

    Refused:
        train: {task: random-labels, bits: 2}
        test: share(train_accuracy == 1) > 0.5
        control: {learning_rate: 0}
    Passes:
        train: {task: recall, bits: 2, units: 8}
        test: share(train_accuracy == 1) > 0.5
        control: {learning_rate: 0}
    """
    for claim, training in _trainings(base):
        told: set[Finding] = set()
        both = {("arms",): training.arms, ("control", "arms"): training.control}
        for where, arms in both.items():
            for name, given in arms.items():
                for problem in problems(given):
                    path = _stands(base, claim, (*where, name), problem.key)
                    told.add(finding(base, claim, path, problem.message, problem.tip))
        yield from told
        if not told:
            dear = too_dear(resolve(g) for arms in both.values() for g in arms.values())
            if dear:
                yield finding(base, claim, ("train", "updates"), dear)


def a_test_of_training_counts_seeds(base: Base) -> Iterator[Finding]:
    """What is measured stands inside share(…), since one seed proves nothing.

    Refused:
        train: {task: random-labels, units: 8}
        test: train_accuracy > 0.9
        control: {learning_rate: 0}
    Passes:
        train: {task: random-labels, units: 8}
        test: share(train_accuracy > 0.9) > 0.5
        control: {learning_rate: 0}
    """
    for claim, training in _trainings(base):
        spot = Spot(("test",), training.test, ())
        try:
            expression = parse(training.test)
        except ExpressionError as error:
            yield placed(base, claim, spot, error)
            continue
        for wrong in _errors(expression, training):
            yield placed(base, claim, spot, wrong)


def arms_differ(base: Base) -> Iterator[Finding]:
    """No two arms are trained alike, and the control trains some arm otherwise.

    Refused:
        train: {task: random-labels}
        arms: {few: {units: 8}, many: {units: 8}}
        test: share(many.train_accuracy > few.train_accuracy) > 0.5
        control: {learning_rate: 0}
    Passes:
        train: {task: random-labels}
        arms: {few: {units: 2}, many: {units: 8}}
        test: share(many.train_accuracy > few.train_accuracy) > 0.5
        control: {learning_rate: 0}
    """
    for claim, training in _trainings(base):
        arms, control = _specs(training.arms), _specs(training.control)
        for one, other in combinations(arms, 2):
            if arms[one] == arms[other]:
                message = f"the arms {one} and {other} are trained alike, so nothing is compared"
                yield finding(base, claim, ("arms", other), message)
        if control and arms == control:
            yield finding(base, claim, ("control",), "this control trains every arm as before")


def arms_of_a_control_exist(base: Base) -> Iterator[Finding]:
    """The arms that a control names are arms of the claim.

    Refused:
        train: {task: random-labels}
        arms: {few: {units: 2}, many: {units: 8}}
        test: share(many.train_accuracy > few.train_accuracy) > 0.5
        control: {arms: {menny: {units: 2}}}
    Passes:
        train: {task: random-labels}
        arms: {few: {units: 2}, many: {units: 8}}
        test: share(many.train_accuracy > few.train_accuracy) > 0.5
        control: {arms: {many: {units: 1}}}
    """
    for claim, training in _trainings(base):
        data = base.documents[f"claim/{claim.id}"].data
        for name in ((data.get("control") or {}).get("arms") or {}) if training.control else ():
            if name not in data.get("arms", {}):
                tip = offered(str(name), sorted(training.arms))
                path = ("control", "arms", name)
                yield finding(base, claim, path, f"there is no arm {name!r}", tip)


def _trainings(base: Base) -> Iterator[tuple[Claim, Training]]:
    for claim in (*base.claims.values(), *base.drafts.values()):
        if isinstance(claim.trial, Training):
            yield claim, claim.trial


def _errors(expression: Expression, training: Training) -> Iterator[ExpressionError]:
    """Everything that is wrong with a test of training."""
    alone = ONLY_ARM in training.arms and len(training.arms) == 1
    names = [*(MEASURES if alone else training.arms)]
    tips = {
        **({} if alone else {m: f"say of which arm: {names[0]}.{m}" for m in MEASURES}),
        **dict.fromkeys(OBSERVABLES, "a run has that, training has not"),
    }
    unknown = list(unknown_names(expression, names, FUNCTIONS, tips))
    yield from unknown
    counted = {n for call in shares(expression.tree) for n in ast.walk(call)}
    for node in ast.walk(expression.tree):
        measure, start = _measured(node, training, alone)
        if measure is None:
            continue
        if measure not in MEASURES:
            message = f"training does not measure {measure!r}"
            yield ExpressionError(message, start, offered(measure, list(MEASURES)))
        elif node not in counted and measure not in SAME_AT_ALL_SEEDS:
            tip = f"share({ast.unparse(node)} > …) > 0.5"
            message = f"{measure} differs from seed to seed, so a test counts seeds"
            yield ExpressionError(message, start, tip)
    if not unknown and not measures_in(expression.tree):
        tip = f"such as {names[0] if alone else f'{names[0]}.train_accuracy'}"
        yield ExpressionError("this test looks at nothing that training gives", 0, tip)


def _measured(node: ast.AST, training: Training, alone: bool) -> tuple[str | None, int]:
    """The measure that a part of a test names, and its column."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        if node.value.id in training.arms:
            return node.attr, (node.value.end_col_offset or 0) + 1
    elif alone and isinstance(node, ast.Name) and node.id in MEASURES:
        return node.id, node.col_offset
    return None, 0


def _specs(arms: Mapping[str, Mapping[str, Any]]) -> dict[str, Spec]:
    """The arms, completed; none where one of them cannot be trained."""
    try:
        return {name: resolve(given) for name, given in arms.items()}
    except ExperimentError:
        return {}


def _stands(base: Base, claim: Claim, arm: Keys, key: str) -> Keys:
    """Where a key of an arm stands: in the arm, in the control, in train, or in the model."""
    data = base.documents[f"claim/{claim.id}"].data
    of_control = (("control",), ("arms", arm[-1])) if arm[0] == "control" else ()
    for path in (arm, *of_control, ("train",), ()):
        for keys in ((*path, key), (*path, "model", key)):
            if len(keys) > 1 and _found(data, keys):
                return keys
    return ("train",)


def _found(data: Any, path: Keys) -> bool:
    for part in path:
        if not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return True
