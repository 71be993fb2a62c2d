"""Runs of models, what is measured on them, and the trials of a claim's test."""
