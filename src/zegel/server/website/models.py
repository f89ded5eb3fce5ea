# SPDX-License-Identifier: EUPL-1.2
"""Nouns of a site. `owner_id`: the firm whose site it is. No visitor is a noun here: pages and days are counted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel, unscoped
from zegel.server.website.rules import DeliveryState, LetterState, MessageState, Source, SubscriberState

unscoped("website_address", "which firm a site's public address belongs to; read before anybody is known")


class Address(models.Model):
    """The part of a site's address that names it: /site/<slug>. Public, and nobody else's as long as it stands."""

    slug = models.CharField(max_length=40, primary_key=True)
    owner_id = models.UUIDField(unique=True)


class Website(TenantModel):
    """One for each firm. `languages`: codes, the first is the one of last resort; `imprint`: who is behind it, in the
    firm's own words, where no tenant's particulars say it; `told`: whom to tell that somebody wrote;
    `security`: where weaknesses are reported (RFC 9116); `published_at`: since when everybody can read it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    slug = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    languages = models.JSONField()
    imprint = models.CharField(max_length=1000, default="")
    told = models.CharField(max_length=254, default="")
    security = models.CharField(max_length=254, default="")
    has_form = models.BooleanField(default=True)
    has_newsletter = models.BooleanField(default=True)
    counts = models.BooleanField(default=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id"], name="website_website_once"),)


class Page(TenantModel):
    """`draft`, `live`: {language: {"title", "summary", "body"}}; `live` is what everybody reads, None: nothing yet.
    `position`: where in the menu."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    slug = models.CharField(max_length=60)
    position = models.SmallIntegerField()
    in_menu = models.BooleanField(default=True)
    draft = models.JSONField()
    live = models.JSONField(null=True)
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "slug"], name="website_page_once"),)
        indexes = (models.Index(fields=["owner_id", "position"], name="website_page_menu"),)


class Picture(TenantModel):
    """A picture that pages name, as it was made here. `alts`: {language: what it shows}; `digest`: SHA-256 of `data`,
    by which everybody fetches it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(max_length=40)
    alts = models.JSONField()
    media_type = models.CharField(max_length=20)
    width = models.IntegerField()
    height = models.IntegerField()
    data = models.BinaryField()
    digest = models.BinaryField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "name"], name="website_picture_once"),)
        indexes = (models.Index(fields=["owner_id", "digest"], name="website_picture_by"),)


class Message(TenantModel):
    """What somebody wrote in the contact form. `answer`: what was written back, by letter."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(max_length=120)
    email = models.CharField(max_length=254)
    phone = models.CharField(max_length=40, default="")
    text = models.CharField(max_length=4000)
    language = models.CharField(max_length=2)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=[(s.value, s.name) for s in MessageState])
    answer = models.CharField(max_length=4000, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["owner_id", "-received_at"], name="website_message_newest"),)


class Subscriber(TenantModel):
    """An address that asked for the newsletter. It gets one once `confirmed_at` stands; who unsubscribes is gone at
    once. `consent_id`: the record in the consents room; `failures`: letters in a row that did not arrive;
    `withdrawn_at`: since when its address takes no letter."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    email = models.CharField(max_length=254)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=[(s.value, s.name) for s in SubscriberState])
    source = models.CharField(max_length=10, choices=[(s.value, s.name) for s in Source])
    words_hash = models.BinaryField()
    asked_at = models.DateTimeField()
    letter_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    consent_id = models.UUIDField(null=True)
    failures = models.SmallIntegerField(default=0)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "email"], name="website_subscriber_once"),)
        indexes = (models.Index(fields=["owner_id", "state", "asked_at"], name="website_subscriber_state"),)


class Newsletter(TenantModel):
    """`texts`: {language: {"subject", "body"}}. Once it is sent nothing of it changes."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    texts = models.JSONField()
    state = models.CharField(max_length=8, choices=[(s.value, s.name) for s in LetterState])
    made_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["owner_id", "-made_at"], name="website_newsletter_newest"),)


class Delivery(TenantModel):
    """One copy of a newsletter on its way; it holds no address, only whose it is, and nobody's once he left. `fault`: a
    code, why it waits or failed; `next_at`: not before."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    newsletter = models.ForeignKey(Newsletter, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.SET_NULL, null=True, related_name="deliveries")
    state = models.CharField(max_length=8, choices=[(s.value, s.name) for s in DeliveryState])
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=24, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["newsletter", "subscriber"], name="website_delivery_once"),
        )  # fmt: skip
        indexes = (
            models.Index(
                fields=["owner_id", "next_at"], name="website_delivery_due",
                condition=Q(state=DeliveryState.WAITING.value),
            ),
        )  # fmt: skip


class PageCount(TenantModel):
    """How often a page was shown on a day, and how often somebody came to it from outside the site. Numbers, and
    nothing of whoever looked."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    day = models.DateField()
    page = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    views = models.IntegerField(default=0)
    visits = models.IntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["owner_id", "day", "page", "language"], name="website_pagecount_once"),
        )  # fmt: skip
