"""What a column is: a field of a model, its cells, how they are read and written."""
