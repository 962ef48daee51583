from django.db import migrations, models

from accounts.tenancy import SecureTenants


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_notices"),
        ("telephony", "0009_schedules"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("body", models.TextField()),
                (
                    "customer",
                    models.ForeignKey(on_delete=models.deletion.CASCADE, related_name="+", to="accounts.customer"),
                ),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=models.deletion.CASCADE, related_name="kept_settings", to="telephony.device"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("device", "name"), name="settings_kept_once")],
            },
        ),
        SecureTenants(),
    ]
