# SPDX-License-Identifier: EUPL-1.2
"""Realtime: the link to the units, and the event streams to browsers."""
