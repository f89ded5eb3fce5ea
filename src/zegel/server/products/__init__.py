# SPDX-License-Identifier: EUPL-1.2
"""What was sold: the catalogue, things with their serial numbers, warranty and life, and whose they are and were."""
