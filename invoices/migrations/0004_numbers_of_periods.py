from django.db import migrations

TELL = """UPDATE cdr_billedperiod AS billed SET invoice = made.number FROM invoices_invoice AS made
WHERE made.customer_id = billed.customer_id AND made.month = billed.first_day"""


class Migration(migrations.Migration):
    """Tell the calls under which number their billing period was invoiced before they asked."""

    dependencies = [
        ("invoices", "0003_billed_periods"),
        ("cdr", "0017_invoice_of_period"),
    ]

    operations = [migrations.RunSQL(TELL, migrations.RunSQL.noop)]
