from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("telephony", "0012_greetings"),
    ]

    operations = [
        migrations.AddField(
            model_name="provisioninganswer",
            name="fetched_body",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="provisioninganswer",
            name="fetched_etag",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
    ]
