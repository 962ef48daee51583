from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cdr", "0017_invoice_of_period")]

    operations = [
        migrations.AddIndex(
            model_name="monthlytotal",
            index=models.Index(
                fields=["customer", "month"], include=["unrated"], condition=~models.Q(unrated=0), name="totals_unrated"
            ),
        ),
    ]
