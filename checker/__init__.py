"""Claims about recurrent layers, tried by experiment.

Start with :mod:`checker.nouns` (the words), then :mod:`checker.models.lstm` (the equations),
then :mod:`checker.judge` (what makes a verdict).
"""

import os

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    # Read when numpy is first imported: more threads on small products only wait for each other.
    os.environ.setdefault(_variable, "1")
