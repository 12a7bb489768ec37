"""Ids, queries, updates and searches of our workflows. Each call is bounded.

Temporal's answers become the failures of `failures.py`, for which those who call have the words.
The phone lock, the calls under way, the audit and the clock of the development server call
Temporal's API themselves: they need what the SDK's client does not offer.
"""
