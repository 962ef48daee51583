from django.db import migrations

TELL = """INSERT INTO cdr_billedperiod (customer_id, first_day)
SELECT DISTINCT customer_id, month FROM invoices_invoice ON CONFLICT DO NOTHING"""


class Migration(migrations.Migration):
    """Tell the keeping of call records which periods were billed before it asked."""

    dependencies = [
        ("invoices", "0002_frozen"),
        ("cdr", "0009_retention"),
    ]

    operations = [migrations.RunSQL(TELL, migrations.RunSQL.noop)]
