# SPDX-License-Identifier: EUPL-1.2
"""The HTTP API: thin faces of the rooms. No rule of the domain and no ORM write lives here."""
