"""The commands, one file for each; only these and :mod:`checker.cli` print."""
