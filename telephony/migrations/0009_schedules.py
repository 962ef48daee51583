from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telephony", "0008_rotation")]

    operations = [
        migrations.AddField(
            model_name="scheduleperiod",
            name="name",
            field=models.CharField(blank=True, default="", max_length=60, verbose_name="Name"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="holidayschedule",
            name="public_until",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AlterModelOptions(name="schedule", options={"verbose_name": "schedule"}),
        migrations.AlterModelOptions(
            name="scheduleperiod",
            options={"ordering": ["start", "id"], "verbose_name": "period of a schedule"},
        ),
    ]
