"""What a column is: a field of a model, its cells, how they are read and written.

Its classes are import-export's: `SheetResource` a ModelResource, `SheetColumn` a Field, each kind
of cell a Widget.
"""
