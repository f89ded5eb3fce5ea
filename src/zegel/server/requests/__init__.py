# SPDX-License-Identifier: EUPL-1.2
"""Requests: people who ask what is known of them, and to have it corrected, erased, restricted or handed over."""
