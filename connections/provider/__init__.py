"""Checks any OneRoster server as a vendor meets it: by reading, over HTTP, from our own tables.

`table.py` says what is looked at; `running.py` in which order. Only reads are sent, and a number
of them that is set beforehand. A report names paths, fields and shapes, never a value: what
answers is about children.
"""
