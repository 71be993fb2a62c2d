"""Write ``digits.npz``: the handwritten digits that come with scikit-learn.

Run by hand, once; scikit-learn is needed for nothing else, and is a hundred times as large.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

found = load_digits()
np.savez_compressed(
    Path(__file__).with_name("digits.npz"),
    pixels=found.images.astype(np.uint8),  # (1797, 8, 8), 0 to 16
    labels=found.target.astype(np.uint8),  # (1797,), 0 to 9
)
