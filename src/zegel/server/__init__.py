# SPDX-License-Identifier: EUPL-1.2
"""The platform: rooms on floors (docs/architecture.md)."""
