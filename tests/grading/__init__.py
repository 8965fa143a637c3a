"""Vendors that send data back: what they may write, and who reads it."""
