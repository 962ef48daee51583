import django.db.models.deletion
from django.db import migrations, models

import accounts.tenancy
from accounts.tenancy import SecureTenants


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_notices"),
        ("telephony", "0006_phones"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeviceKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "does",
                    models.CharField(
                        choices=[("blf", "busy lamp"), ("speed", "speed dial")],
                        max_length=5,
                        verbose_name="what it does",
                    ),
                ),
                ("label", models.CharField(max_length=30, verbose_name="label")),
                (
                    "customer",
                    accounts.tenancy.CustomerKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.customer",
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keys", to="telephony.device"
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="device_keys",
                        to="telephony.destination",
                    ),
                ),
            ],
            options={
                "verbose_name": "key",
                "ordering": ("position",),
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "device", "position"), name="one_key_per_place"),
                    models.CheckConstraint(condition=models.Q(("position__gte", 1)), name="places_count_from_one"),
                ],
            },
        ),
        SecureTenants(),
    ]
