"""The claim language: expressions over settings, runs and what can be observed of a run."""
