"""``python -m checker`` is the same as ``checker``."""

import sys

from checker.cli import main

sys.exit(main())
