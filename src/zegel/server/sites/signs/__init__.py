# SPDX-License-Identifier: EUPL-1.2
"""Signs and banners: the first layer of telling people that cameras watch (EDPB 3/2019, §§ 111–117), by typst."""
