"""The district's own rows beside what its system sends: made, changed, ended; applied at once."""
