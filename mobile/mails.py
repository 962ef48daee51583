"""Mail about mobile subscriptions, in the reader's language and from the brand's sender."""

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from accounts import mail, selectors
from accounts.models import Customer, User
from mobile.models import MobileSubscription


def sim_change(
    *, customer: Customer, subscription: MobileSubscription, blocked: bool, by: str, to: User
) -> EmailMessage | None:
    """The confirmation that a SIM was blocked or unblocked; None while the platform has no brand to send it from."""
    brand = selectors.brand_of_customer(customer)
    if brand is None:
        return None
    values = {
        "blocked": blocked,
        "subscription": subscription,
        "customer": customer,
        "by": by,
        "brand": brand,
        "reader": to,
        "base_url": mail.rooms_url_of(brand, customer),
    }
    with translation.override(to.language):
        text = render_to_string("mobile/mail/sim_change.txt", values)
    subject, _line, body = text.strip().partition("\n")
    return EmailMessage(
        subject=f"{brand.name}: {' '.join(subject.split())}",
        body=body.strip() + "\n",
        from_email=mail.sender_of(brand),
        to=[to.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
