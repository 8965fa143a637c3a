"""How fast it is: `python -m tests.benchmarks`, one command from an empty database to the table.

It makes a district, publishes it by the product's commands, starts the real `serve`, and asks
over raw sockets. What it finds stands beside a floor of the same run: the same SQL without the
product, and a bare application server that returns as many bytes. Nothing here is a test that
could fail for being slow; that it runs and measures the right thing is `test_smoke.py`'s to say.
"""
