"""A worker whose code has a changed rule: one case takes two issues, no more.

CASE72_VERSION=2 python -m tests.next_version
"""

from domain.case import marketplace_updates

marketplace_updates.MAXIMUM_ISSUES = 2

if __name__ == "__main__":
    import runpy

    runpy.run_module("worker", run_name="__main__")
