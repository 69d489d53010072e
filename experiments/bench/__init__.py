"""Speed and memory, measured: what `village bench` prints. Every figure stands beside what was aimed at."""
