# SPDX-License-Identifier: EUPL-1.2
"""Offers, invoices, credit notes, payments and the books of one firm."""
