"""The functions of the claim language.  Each docstring is shown to contributors."""

from checker.language.functions import comparing, matrices, reducing, running
from checker.language.functions.registry import FUNCTIONS, Function

__all__ = ["FUNCTIONS", "Function", "comparing", "matrices", "reducing", "running"]
