# SPDX-License-Identifier: EUPL-1.2
"""Tasks: what a provider's office has to do. Most arise by themselves, and go when their cause does."""
