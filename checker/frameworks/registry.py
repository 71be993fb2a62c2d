"""A framework's layer for the options of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module

from checker.frameworks.offers import FRAMEWORKS, missing
from checker.models.protocol import Model
from checker.models.registry import build as reference
from checker.nouns import Value


class NotOfferedError(Exception):
    """A framework has no such model: the claim does not apply to it."""


def build(framework: str, options: Mapping[str, Value]) -> Model:
    """The framework's own layer, as a model.

    Options that are not named are the framework's own conventions.  Raises NotOfferedError where it
    has no such model, ImportError where the framework is not installed.
    """
    reason = missing(framework, options)
    if reason:
        raise NotOfferedError(reason)
    twin = reference({**options, "layout": FRAMEWORKS[framework].layout})
    layer: Model = import_module(f"checker.frameworks.{framework}").layer(twin)
    return replace(layer, options=twin.options)
