"""A campaign carried out: how far its tasks come, where, what stands against them and what would help."""
