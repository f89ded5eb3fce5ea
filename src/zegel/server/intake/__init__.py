# SPDX-License-Identifier: EUPL-1.2
"""The public forms of a tenant: registering a product and asking for every kind of order, also in a page of his own."""
