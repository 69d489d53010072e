"""A comparison of scenarios: its runs, its tables, its report."""
