#!/bin/sh
# The command `village` of this folder, wherever the folder stands. What it compiles is kept in the folder's cache/, or
# where that cannot be written (a read-only stick) in a temporary one, which the program finds and removes by itself.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
for PYTHONPATH in "$here"/python/lib/python3.*/site-packages; do :; done
export PYTHONPATH PYTHONHOME="$here/python" PYTHONNOUSERSITE=1 PYTHONUTF8=1 PYTHONDONTWRITEBYTECODE=1
export LD_LIBRARY_PATH="$here/python/lib" VILLAGESIM_CACHE="${VILLAGESIM_CACHE:-$here/cache}"
exec "$here/python/bin/python3" -c 'from villagesim import main; main()' "$@"
