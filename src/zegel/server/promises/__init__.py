# SPDX-License-Identifier: EUPL-1.2
"""Promises: every sentence of the privacy statement as data, tried again and again, with what came of it.

What keeps it honest:
- A probe tries to break its promise; it is never told the answer. Each has a test in which it says "broken".
- What could not be tried is unproven, with the reason; evidence that is too old is stale. Neither counts as kept.
- Evidence is signed with the log's key and its hash stands in the log, so that nobody writes a better past.
"""
