# SPDX-License-Identifier: EUPL-1.2
"""A tenant's other systems: keys with which they ask and tell, and webhooks by which they are told."""
