"""Models in which a published misreading is true, one function for each.

A rival takes the reference and changes one thing: what its docstring believes.  With
``believed=False`` the same code gives the reference again, which the tests check.
"""

from checker.rivals import of_compositions, of_the_layer, over_time, within_a_step
from checker.rivals.registry import RIVALS, Rival

__all__ = ["RIVALS", "Rival", "of_compositions", "of_the_layer", "over_time", "within_a_step"]
