"""A school year of one small district, lived through by the real worker functions."""
