"""Which mix, under this money and these days: curves, a programme over them, exchanges, fresh seeds, regret, prices.

Everything here works on a `problem.Problem` and an evaluator, whatever is behind it: the model through a folder of
stored runs (`evaluations.py`), or a function with a known answer in a test.
"""
