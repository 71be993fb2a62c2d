"""Claims about recurrent layers, tried by experiment.

Start with :mod:`checker.nouns` (the words), then :mod:`checker.models.lstm` (the equations),
then :mod:`checker.judge` (what makes a verdict).
"""

import os

# One thread for each process: on products as small as these, more of them only wait for each other.
# numpy reads this when it is first imported, here and in every process that is started from here.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
