# SPDX-License-Identifier: EUPL-1.2
"""Time: how long everything is kept, what an incident keeps longer, and where a person's data is."""
