# SPDX-License-Identifier: EUPL-1.2
"""Centre: who mans the alarm centre, its shifts, its figures against the norm, and the review of its looks."""
