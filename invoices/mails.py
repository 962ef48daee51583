"""Invoices by mail, in the reader's language and from the brand's sender, with the document attached."""

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from accounts import mail, selectors
from accounts.models import Customer, User
from invoices.models import Invoice
from portal.lib.money import MICROS_PER_CENT
from portal.lib.periods import Month


def invoice_mail(*, customer: Customer, invoice: Invoice, pdf: bytes, to: User) -> EmailMessage | None:
    """The mail that brings an invoice; None while the platform has no brand to send it from."""
    brand = selectors.brand_of_customer(customer)
    if brand is None:
        return None
    values = {
        "invoice": invoice,
        "month": Month.of_day(invoice.month),
        "total": invoice.total_cents * MICROS_PER_CENT,
        "customer": customer,
        "reader": to,
        "base_url": mail.rooms_url_of(brand, customer),
    }
    with translation.override(to.language):
        text = render_to_string("invoices/mail/invoice.txt", values)
    subject, _line, body = text.strip().partition("\n")
    message = EmailMessage(
        subject=f"{brand.name}: {' '.join(subject.split())}",
        body=body.strip() + "\n",
        from_email=mail.sender_of(brand),
        to=[to.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach(f"{invoice.number}.pdf", pdf, "application/pdf")
    return message
