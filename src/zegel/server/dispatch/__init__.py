# SPDX-License-Identifier: EUPL-1.2
"""Dispatch: guards asked for, on their way, arrived and gone, and what they report."""
