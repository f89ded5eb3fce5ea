# SPDX-License-Identifier: EUPL-1.2
"""Customers of a firm: persons and companies with their contacts, prospects by consent, former customers for as long
as claims can come. What may be done with them, and how the firm itself forgets them (promises A1, A3, A4, I3, I6).
"""
