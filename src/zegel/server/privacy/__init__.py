# SPDX-License-Identifier: EUPL-1.2
"""Whom each tenant names for questions about personal data, and its own statement (I15, C25)."""
