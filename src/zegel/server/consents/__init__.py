# SPDX-License-Identifier: EUPL-1.2
"""Consents: what somebody agreed to of his own free will, to which exact words, and that he took it back (Art. 7)."""
