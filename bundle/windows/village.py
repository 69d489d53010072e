"""The command `village` of this folder. What it compiles is kept in the folder's `cache`.

Where that cannot be written (a read-only stick), the program finds a temporary folder by itself.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGES = str(HERE / "packages")
sys.path.insert(0, PACKAGES)
os.environ["PYTHONPATH"] = PACKAGES  # of what this process starts
os.environ.setdefault("VILLAGESIM_CACHE", str(HERE / "cache"))

if __name__ == "__main__":
    from villagesim import main

    main()
