"""A nation: its counties run one by one, anywhere, and their records added up."""
