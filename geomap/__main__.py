"""``python -m geomap`` is the command ``geomap``."""

from __future__ import annotations

import sys

from geomap.cli import main

if __name__ == "__main__":
    sys.exit(main())
