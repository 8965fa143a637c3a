"""Real servers under many, greedy and nonsensical vendors: commands, no part of the tests."""
