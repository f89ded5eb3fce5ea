# SPDX-License-Identifier: EUPL-1.2
"""Reviews and audits: a calendar, findings that are followed up, and what tenants ask for (S6, I9)."""
