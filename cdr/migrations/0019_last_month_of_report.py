from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cdr", "0018_totals_unrated")]

    operations = [
        migrations.AddField(
            model_name="monthlyreport", name="last_month", field=models.DateField(null=True, editable=False)
        ),
    ]
