import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.tenancy
from accounts.tenancy import SecureTenants


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_notices"),
        ("telephony", "0011_unlimited_calling"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Greeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="Name")),
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
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="own_greetings",
                        to="telephony.line",
                    ),
                ),
            ],
            options={
                "verbose_name": "greeting",
            },
        ),
        migrations.AddField(
            model_name="line",
            name="announcement",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="announcing_lines",
                to="telephony.greeting",
                verbose_name="what callers hear instead",
            ),
        ),
        migrations.AddField(
            model_name="line",
            name="busy_greeting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines_when_busy",
                to="telephony.greeting",
                verbose_name="greeting when busy",
            ),
        ),
        migrations.AddField(
            model_name="line",
            name="no_answer_greeting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines_without_answer",
                to="telephony.greeting",
                verbose_name="greeting without an answer",
            ),
        ),
        migrations.CreateModel(
            name="GreetingVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("file", models.CharField(db_collation="C", max_length=120)),
                ("milliseconds", models.PositiveIntegerField()),
                ("given_as", models.CharField(blank=True, max_length=120)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
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
                    "greeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="telephony.greeting"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a greeting",
                "ordering": ("-number",),
            },
        ),
        migrations.AddConstraint(
            model_name="greeting",
            constraint=models.UniqueConstraint(fields=("customer", "name"), name="greeting_name"),
        ),
        migrations.AddConstraint(
            model_name="greeting",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="greeting_has_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="greetingversion",
            constraint=models.UniqueConstraint(
                fields=("customer", "greeting", "number"), name="greeting_version_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="greetingversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1), models.Q(("file", ""), _negated=True)),
                name="greeting_version_has_file",
            ),
        ),
        SecureTenants(),
    ]
