"""How runs are executed and what survives of them: workers, the store, run files, progress."""
