"""The pages: one module per noun. A view fetches through the organization, calls one verb,
and answers."""
