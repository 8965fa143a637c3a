"""The embedded database under two web processes, worker, beat and commands, with vendors asking."""
