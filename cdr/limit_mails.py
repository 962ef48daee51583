"""Mail about the cost of calls, in the reader's language and from the brand's sender."""

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from accounts import mail, selectors
from accounts.models import Customer, User


def about_cost(*, customer: Customer, template: str, to: User, **values: object) -> EmailMessage | None:
    """The mail of a template, whose first line is the subject; None while the platform has no brand to send it from."""
    brand = selectors.brand_of_customer(customer)
    if brand is None:
        return None
    values |= {"customer": customer, "brand": brand, "reader": to, "base_url": mail.rooms_url_of(brand, customer)}
    with translation.override(to.language):
        text = render_to_string(f"cdr/mail/{template}.txt", values)
    subject, _line, body = text.strip().partition("\n")
    return EmailMessage(
        subject=f"{brand.name}: {' '.join(subject.split())}",
        body=body.strip() + "\n",
        from_email=mail.sender_of(brand),
        to=[to.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
