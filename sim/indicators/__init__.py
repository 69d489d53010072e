"""Indicators: pure functions on columns and weights. They read; nothing here changes the world."""
