"""The mail that says that a file of calls is there: a link, and nothing of what is in the file."""

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from accounts import mail, selectors
from accounts.models import Customer
from cdr.models import Export


def export_mail(*, customer: Customer, export: Export) -> EmailMessage | None:
    """In the reader's language, from the brand's sender; None while the platform has no brand to send it from."""
    brand = selectors.brand_of_customer(customer)
    if brand is None:
        return None
    values = {
        "export": export,
        "customer": customer,
        "reader": export.user,
        "report": export.report,
        "base_url": mail.rooms_url_of(brand, customer),
    }
    with translation.override(export.user.language):
        text = render_to_string("cdr/mail/export.txt", values)
    subject, _line, body = text.strip().partition("\n")
    return EmailMessage(
        subject=f"{brand.name}: {' '.join(subject.split())}",
        body=body.strip() + "\n",
        from_email=mail.sender_of(brand),
        to=[export.user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
