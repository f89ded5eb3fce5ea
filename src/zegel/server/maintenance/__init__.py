# SPDX-License-Identifier: EUPL-1.2
"""Maintenance: what is the matter with a camera, a technician's request to look, the owner's consent, what was done."""
