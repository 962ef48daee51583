"""Billing and mailing in workers: thin, by ids, safe to run twice."""

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from accounts.models import Customer
from accounts.selectors import registered_for
from accounts.tenancy import tenant
from accounts.work import PortalTask
from invoices import mails, selectors, services
from invoices.models import Invoice
from portal.lib.periods import Month


@shared_task(bind=True, base=PortalTask, name="invoices.tasks.bill_customer")
def bill_customer(self: PortalTask, customer_id: int, month: str) -> str:
    """Bill one customer; a customer that is billed already keeps its invoice."""
    customer = Customer.objects.select_related("partner__brand").get(pk=customer_id)
    return services.bill(actor=self.actor(customer), customer=customer, month=Month.parse(month)).result.value


@shared_task(
    bind=True,
    base=PortalTask,
    name="invoices.tasks.mail_invoice",
    autoretry_for=(OSError, OperationalError, InterfaceError),
)
def mail_invoice(self: PortalTask, customer_id: int, invoice_id: int, reader_id: int) -> bool:
    """Mail an invoice to one person and keep when it first went out. One task a person: a retry mails nobody twice.

    A task can wait long: who was blocked, left or unsubscribed since it was queued is mailed nothing.
    """
    customer = Customer.objects.select_related("partner__brand").get(pk=customer_id)
    reader = next((user for user in registered_for(customer, "mails_invoices") if user.pk == reader_id), None)
    if reader is None:
        return False
    with tenant(customer):
        invoice = Invoice.objects.get(pk=invoice_id)
        content = selectors.pdf_of(invoice)
    message = mails.invoice_mail(customer=customer, invoice=invoice, pdf=content, to=reader)
    if message is None or not message.send():
        return False
    services.mark_sent(actor=self.actor(customer), invoice=invoice, at=timezone.now())
    return True
