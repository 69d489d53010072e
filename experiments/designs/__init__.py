"""Which runs there are: parameter vectors, calibrated sets, sweeps."""
