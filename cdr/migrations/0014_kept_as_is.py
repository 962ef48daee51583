from django.db import migrations

# Ids and digests are random, and rows are packed already: the database would try in vain to make them smaller.
KEEP = "ALTER TABLE cdr_keptrows ALTER COLUMN {column} SET STORAGE {storage}"


class Migration(migrations.Migration):
    dependencies = [("cdr", "0013_room_in_totals")]

    operations = [
        migrations.RunSQL(
            KEEP.format(column=column, storage="EXTERNAL"), KEEP.format(column=column, storage="EXTENDED")
        )
        for column in ("ids", "facts", "groups", "rows")
    ]
