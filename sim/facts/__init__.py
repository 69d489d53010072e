"""Facts that several parts share: their numbers, names in both languages, and units."""
