# SPDX-License-Identifier: EUPL-1.2
"""Footage: sealed segments, the windows in which they may be looked at, and the one door through which they leave."""
