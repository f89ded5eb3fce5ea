# SPDX-License-Identifier: EUPL-1.2
"""Tenants: service customers and offices, with their face, right of use, staff, and what becomes of it all."""
