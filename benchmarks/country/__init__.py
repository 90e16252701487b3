"""A synthetic country of any size: the same rows for the same seed, as the program stores them."""
