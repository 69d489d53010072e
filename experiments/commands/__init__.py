"""The sub-commands of `village`, one module each. They import what they need when they run."""
