"""How rows become documents: one list of fields, one function per collection, two versions."""
