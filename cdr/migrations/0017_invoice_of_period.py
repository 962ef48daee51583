from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cdr", "0016_unlimited_numbers")]

    operations = [
        migrations.AddField(
            model_name="billedperiod",
            name="invoice",
            field=models.CharField(
                blank=True, db_collation="C", default="", max_length=20, verbose_name="invoice number"
            ),
        ),
    ]
