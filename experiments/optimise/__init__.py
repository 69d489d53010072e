"""Which mix, under this money and these days: curves, a programme over them, exchanges, fresh seeds, regret, prices.

Everything here works on a `problem.Problem` and an evaluator, whatever is behind it: the model through a folder of
stored runs (`evaluations.py`), or a function with a known answer in a test.

Called, the package is `experiments.research.optimise`.
"""

from experiments.callable import callable_package

callable_package(__name__, "experiments.research:optimise")
