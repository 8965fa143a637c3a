"""What breaks around an installation, on real processes: what vendors see, and what is lost."""
