"""The one client of Temporal: the command line, the page and the activities use it.

It knows the workflows' ids, queries and updates, bounds each call, and turns what Temporal answers
into the few failures of `failures.py`. Whoever uses it only words these for its people.
"""
