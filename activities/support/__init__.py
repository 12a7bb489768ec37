"""What several activities share: heartbeats, failures, and what a try of a call hands to the next.

The modules stand apart so that each module of `activities` holds activities only.
"""
