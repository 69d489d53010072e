"""TOML with positions: where a value stands, and what is wrong with it."""
