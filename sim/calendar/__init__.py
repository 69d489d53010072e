"""Days, seasons and years: the calendar, what is true today, the trend of the years."""
