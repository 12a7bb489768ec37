"""The one client of Temporal: the command line, the page and `providers/temporal` use it.

It knows the workflows' ids, queries and updates, and bounds each call. It turns Temporal's answers
into the failures of `failures.py`, for which command line and page have the words. Only the phone
lock calls Temporal itself.
"""
