# SPDX-License-Identifier: EUPL-1.2
"""People: parties, persons, memberships, service relations, their keys, and signing in."""
