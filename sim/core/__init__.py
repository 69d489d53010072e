"""What the model stands on: records, rules and the two engines, draws, arithmetic; it knows nothing of villages."""
