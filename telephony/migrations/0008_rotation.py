"""A new password or secret while the one before still opens: beside each HA1 there is room for the previous one and its end."""

from django.db import migrations, models

from accounts.tenancy import CROSSING, WEB
from portal.roles import SIP

# The registrar looks into the view after the table: whose phones have not fetched a new secret yet still log in.
PREVIOUS = f"""
ALTER TABLE sip.subscriber ADD COLUMN ha1_previous varchar(128), ADD COLUMN previous_until timestamptz;
ALTER TABLE sip.subscriber ADD CONSTRAINT a_previous_secret_has_an_end
    CHECK ((ha1_previous IS NULL) = (previous_until IS NULL));
GRANT SELECT (previous_until) ON sip.subscriber TO {WEB}, {CROSSING};
CREATE VIEW sip.subscriber_previous AS
SELECT id, username, domain, ha1_previous AS ha1 FROM sip.subscriber WHERE previous_until > now();
GRANT SELECT ON sip.subscriber_previous TO {SIP};
INSERT INTO sip.version VALUES ('subscriber_previous', 7);
"""  # noqa: S608 - names of roles
BACK = """
DELETE FROM sip.version WHERE table_name = 'subscriber_previous';
DROP VIEW sip.subscriber_previous;
ALTER TABLE sip.subscriber DROP COLUMN ha1_previous, DROP COLUMN previous_until;
"""


class Migration(migrations.Migration):
    dependencies = [("telephony", "0007_device_keys")]

    operations = [
        migrations.AddField(
            model_name="provisioninganswer",
            name="ha1_previous",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="provisioninganswer",
            name="previous_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="provisioninganswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("ha1_previous", ""), ("previous_until__isnull", True))
                | models.Q(models.Q(("ha1_previous", ""), _negated=True), ("previous_until__isnull", False)),
                name="a_previous_password_has_an_end",
            ),
        ),
        migrations.RunSQL(PREVIOUS, BACK),
    ]
