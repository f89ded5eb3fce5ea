# SPDX-License-Identifier: EUPL-1.2
"""Agreements: what must be on record before anything arms: agreement, purpose, sign, confidentiality."""
