"""Mail about calls, in the reader's language and from the brand's sender."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from accounts import mail, selectors
from accounts.models import Customer, User
from cdr import sign_words
from cdr.models import FraudSign


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
            "base_url": mail.base_url_of(brand),
        }
        text = render_to_string("cdr/mail/signs.txt", values)
    subject, _line, body = text.strip().partition("\n")
    return EmailMessage(
        subject=f"{brand.name}: {' '.join(subject.split())}",
        body=body.strip() + "\n",
        from_email=mail.sender_of(brand),
        to=[to.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
