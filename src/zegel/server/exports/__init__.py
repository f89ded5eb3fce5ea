# SPDX-License-Identifier: EUPL-1.2
"""Exports: the one way out for files. Asked of the gate, written in the ledger, and then handed over (actions.send)."""
