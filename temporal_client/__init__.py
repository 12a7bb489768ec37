"""The one client of Temporal: the command line, the page and the activities use it.

It knows the workflows' ids, queries and updates, and bounds each call. It turns what Temporal
answers into the failures of `failures.py`, for which command line and page have the words.
"""
