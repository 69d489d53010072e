"""What a run leaves behind: the long records and who writes them."""
