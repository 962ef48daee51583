"""Monthly reports: the calls of each past month, once, for who asked and may still see them."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Actor
from accounts.audit import record
from accounts.errors import Refusal
from accounts.models import Customer
from accounts.tenancy import tenant
from cdr.models import Export, ExportForm, MonthlyReport
from cdr.services.exports import start_export
from portal.lib.periods import Month, local_day

MOST_REPORTS = 20


@transaction.atomic
def add_report(*, actor: Actor, report: MonthlyReport) -> MonthlyReport:
    """Send the actor these calls every month, those of the running month first. Runs inside the customer's door."""
    if actor.user is None or actor.customer is None:
        raise Refusal("report_for_nobody", _("A monthly report goes to a person. Log in first."))
    report.user, report.customer = actor.user, actor.customer
    report.first_month = Month.of_day(local_day(timezone.now())).first_day
    if MonthlyReport.objects.filter(user=actor.user).count() >= MOST_REPORTS:
        raise Refusal("too_many_reports", _("You have twenty monthly reports. Stop one first."))
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError as error:
        raise Refusal(
            "report_exists", _("You have a report of this name. Choose another name."), field="name"
        ) from error
    record(actor=actor, verb="monthly_report.add", obj=report, changes={"filter": (None, report.query or "–")})
    return report


@transaction.atomic
def stop_report(*, actor: Actor, report: MonthlyReport) -> None:
    """No more mails of it; what was made already stays until it expires. Runs inside the customer's door."""
    record(actor=actor, verb="monthly_report.remove", obj=report)
    report.delete()


def month_due(now: datetime) -> date:
    """The month that reports are about now: the one before the running one."""
    return Month.of_day(local_day(now)).previous().first_day


def due(now: datetime) -> QuerySet[MonthlyReport]:
    """Reports whose day has come and of which the last month was not made yet, behind the door that is open."""
    month = month_due(now)
    made = Export.objects.filter(report=OuterRef("pk"), month=month)
    waiting = Q(last_month=None) | Q(last_month__lt=month)
    return MonthlyReport.objects.filter(waiting, ~Exists(made), day__lte=local_day(now).day, first_month__lte=month)


def start_report(*, actor: Actor, report: MonthlyReport, month: date) -> bool:
    """Have the file of one month made; False when somebody else did so already, or stopped the report."""
    with tenant(report.customer_id):
        try:
            with transaction.atomic():
                start_export(
                    actor=actor,
                    customer=Customer.objects.get(pk=report.customer_id),
                    query="&".join(filter(None, (f"month={Month.of_day(month)}", report.query))),
                    form=ExportForm(report.form),
                    rows=0,
                    report=report,
                    month=month,
                )
                MonthlyReport.objects.filter(pk=report.pk).update(last_month=month)
        except IntegrityError:
            return False
    return True
