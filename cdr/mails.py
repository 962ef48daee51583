"""Mail about calls, in the reader's language and from the brand's sender."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from accounts import mail, selectors
from accounts.models import Brand, Customer, User
from cdr import feed_words, sign_words
from cdr.models import FeedAlarm, FraudSign
from cdr.selectors.monitor import Feed


def signs_mail(*, customer: Customer, signs: Sequence[FraudSign], to: User) -> EmailMessage | None:
    """Signs of fraud that were just raised; None while the platform has no brand to send it from."""
    brand = selectors.brand_of_customer(customer)
    if brand is None:
        return None
    with translation.override(to.language):
        rows = [(sign.get_kind_display(), sign_words.sentence(sign), sign_words.advice(sign)) for sign in signs]
        values = {
            "rows": rows,
            "customer": customer,
            "brand": brand,
            "reader": to,
            "base_url": mail.rooms_url_of(brand, customer),
        }
        text = render_to_string("cdr/mail/signs.txt", values)
    return _message(brand, to, text)


def feed_alarm_mail(*, alarm: FeedAlarm, feed: Feed, to: User) -> EmailMessage | None:
    """A feed that is in trouble; None while the platform has no brand to send it from."""
    brand = selectors.default_brand()
    if brand is None:
        return None
    with translation.override(to.language):
        values = {
            "alarm": alarm,
            "source": feed.source,
            "sentence": feed_words.sentence(alarm, feed, to.language),
            "advice": feed_words.advice(alarm.kind),
            "reader": to,
            "base_url": mail.base_url_of(brand),
        }
        text = render_to_string("cdr/mail/feed_alarm.txt", values)
    return _message(brand, to, text)


def _message(brand: Brand, to: User, text: str) -> EmailMessage:
    subject, _line, body = text.strip().partition("\n")
    return EmailMessage(
        subject=f"{brand.name}: {' '.join(subject.split())}",
        body=body.strip() + "\n",
        from_email=mail.sender_of(brand),
        to=[to.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
