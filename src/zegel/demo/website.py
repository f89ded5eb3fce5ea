# SPDX-License-Identifier: EUPL-1.2
"""Two sites to look at: the shop's, and its provider's in four languages."""

from __future__ import annotations

from typing import Any

from zegel.demo.world import WORLD

Pages = dict[str, dict[str, dict[str, str]]]


def _text(title: str, summary: str, *lines: str) -> dict[str, str]:
    return {"title": title, "summary": summary, "body": "\n".join(lines)}


SHOP: Pages = {
    "home": {
        "nl": _text(
            "Noordman repareert", "Wasmachines, ovens en koelkasten: verkocht, gebracht en gemaakt.",
            "Wij kijken eerst of het te maken is.", "", "## Wat we doen", "- Reparatie aan huis, binnen twee dagen",
            "- Inmeten en plaatsen", "- Ruilen onder garantie", "", "Vraag het [hier](/forms/noordman).",
        ),
        "en": _text(
            "Noordman mends it", "Washing machines, ovens and fridges: sold, brought and mended.",
            "We first look whether it can be mended.", "", "## What we do", "- Repair at your home, within two days",
            "- Measuring and installing", "- Exchange under warranty", "", "Ask for it [here](/forms/noordman).",
        ),
    },
    "tarieven": {
        "nl": _text(
            "Tarieven", "", "Voorrijden **€ 35**, elk kwartier **€ 17,50**.", "", "Onder garantie betaalt u niets.",
        ),
        "en": _text(
            "Rates", "", "Call-out **€ 35**, each quarter of an hour **€ 17.50**.", "",
            "Under warranty you pay nothing.",
        ),
    },
}  # fmt: skip
PROVIDER: Pages = {
    "home": {
        "nl": _text(
            "Waakzaam Bouwplaatsen", "Camerabewaking die alleen u kunt openen.",
            "De meldkamer ziet de minuten van een alarm, en niets daarbuiten.", "", "[Onze beloften](/promises)",
        ),
        "sv": _text(
            "Waakzaam Bouwplaatsen", "Kamerabevakning som bara du kan öppna.",
            "Larmcentralen ser larmets minuter och inget utanför dem.", "", "[Våra löften](/promises)",
        ),
        "de": _text(
            "Waakzaam Bouwplaatsen", "Kameraüberwachung, die nur Sie öffnen können.",
            "Die Leitstelle sieht die Minuten eines Alarms und nichts sonst.", "", "[Unsere Versprechen](/promises)",
        ),
        "en": _text(
            "Waakzaam Bouwplaatsen", "Camera surveillance that only you can open.",
            "The alarm centre sees the minutes of an alarm, and nothing beyond.", "", "[Our promises](/promises)",
        ),
    },
}  # fmt: skip


def record() -> None:
    """Once: what is there already stays."""
    _site("shop", "noordman", "Noordman Apparaten", ("nl", "en"), "service@noordman.example", SHOP)
    _site("admin", "waakzaam", "Waakzaam Bouwplaatsen", ("nl", "sv", "de", "en"), "post@waak.example", PROVIDER)


def _site(person: str, slug: str, name: str, languages: tuple[str, ...], told: str, pages: Pages) -> None:
    from zegel.server.website import queries, sites

    actor = _acting(person)
    if queries.mine(actor) is not None:
        return
    made = sites.settle(actor, sites.Settings(slug, name, languages, told=told, security=told))
    for place, (page, texts) in enumerate(pages.items()):
        if place == 0:
            row = sites.change_page(actor, queries.pages(made.owner_id)[0].id, texts, in_menu=True)
        else:
            row = sites.add_page(actor, page, texts)
        sites.publish_page(actor, row.id)
    sites.open_site(actor, True)


def _acting(person: str) -> Any:
    from zegel.server.kernel.actor import Actor, ActorKind

    who = WORLD.person(person)
    return Actor(ActorKind.PERSON, who.id, WORLD.party(who.party).id, role=who.role)
