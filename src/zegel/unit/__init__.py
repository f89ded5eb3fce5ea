# SPDX-License-Identifier: EUPL-1.2
"""The camera unit: source → watch → guard → sealer → uplink. It decides; the server only carries."""
