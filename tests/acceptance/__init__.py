"""The product from outside: commands in, HTTP out, and nothing else believed."""
