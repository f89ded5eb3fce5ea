# SPDX-License-Identifier: EUPL-1.2
"""Chain: mechanics, repair centres and carriers who do a step of a tenant's order, and see of it what that step needs.

A partner never reads a tenant's row. What he may know is copied, field by field, into a sheet: a row of his own party
(sheets.py, fields.toml), from the moment that he accepted until his step ended and a term is over.
"""
