"""Claims about recurrent layers, tried by experiment.

Start with :mod:`checker.nouns` (the words), then :mod:`checker.models.lstm` (the equations),
then :mod:`checker.judge` (what makes a verdict).
"""
