from django.db import migrations, models

from cdr.models.records import Identity


class Migration(migrations.Migration):
    dependencies = [("cdr", "0014_kept_as_is")]

    operations = [
        migrations.AddConstraint(
            model_name="callrecord",
            constraint=models.UniqueConstraint("start", Identity(), "revision", name="one_record_per_identity"),
        ),
        migrations.RemoveConstraint(model_name="callrecord", name="one_record_per_source_id"),
    ]
