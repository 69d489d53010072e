"""What replicates can support: intervals, precision, rankings, trade-offs, factorials."""
