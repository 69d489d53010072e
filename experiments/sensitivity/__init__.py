"""What carries a conclusion?

Which numbers of the model an outcome, or the advantage of one scenario over another, leans on; how far they can be
moved before it turns round; and whether the analysis had enough evaluations to say so.
"""
