# SPDX-License-Identifier: EUPL-1.2
"""Breaches of personal data: reported by anybody who works here, judged, told in time, learnt from (Art. 33, 34)."""
