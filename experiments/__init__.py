"""Many runs: compare scenarios, store what came out, and report it."""
