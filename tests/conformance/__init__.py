"""OneRoster to the letter: tables that quote the specification's sections, and what they prove.

`elements.py` and `operations.py` state the data model and the endpoints a second time, by hand;
`naive.py` reads lists as a person would. None of them imports anything of the product.
"""
