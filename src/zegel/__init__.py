# SPDX-License-Identifier: EUPL-1.2
"""Zegel: alarm video that only its owner can open, and that proves who looked."""

__version__ = "0.1.0"
