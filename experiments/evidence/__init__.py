"""Model beside published figures: views that live the model, measures taken from them, verdicts, figures, the page.

To measure something new, write a function of what a view has seen, with a docstring that says what it measures, and
decorate it with `measure("VIEW")`; a target file may then name it.
"""
