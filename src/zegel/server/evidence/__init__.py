# SPDX-License-Identifier: EUPL-1.2
"""Evidence: orders of authorities, what was handed over on them, and the packages in which it leaves.

The server never sees a recording here. A package is made by who holds the key, in his browser or by `zegel package`;
this room knows on which order, by whom, what its hash is, and that two persons agreed where the rules ask for two.
"""
