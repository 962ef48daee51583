from django.db import migrations

from accounts.tenancy import SecureTenants

# Bounds at midnight in Amsterdam: one billing month is one partition. ATTACH takes a weaker lock than PARTITION OF, so readers go on.
MAKE_MONTH = """
CREATE OR REPLACE FUNCTION centrale_make_month(parent text, month date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $body$
DECLARE
    first date := date_trunc('month', month)::date;
    part text := parent || to_char(first, '"_y"YYYY"m"MM');
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
                   WHERE c.relname = parent AND c.relnamespace = 'public'::regnamespace) THEN
        RAISE EXCEPTION '% is not a table with months', parent;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('centrale_make_month'), hashtext(part));
    IF to_regclass('public.' || quote_ident(part)) IS NULL THEN
        EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED)', part, parent);
        EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', parent, part,
            first::timestamp AT TIME ZONE 'Europe/Amsterdam', (first + interval '1 month')::timestamp AT TIME ZONE 'Europe/Amsterdam');
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.%I TO centrale_crossing', part);
    END IF;
    RETURN part;
END $body$;
REVOKE ALL ON FUNCTION centrale_make_month(text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION centrale_make_month(text, date) TO centrale_crossing;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(MAKE_MONTH, "DROP FUNCTION centrale_make_month(text, date)"),
        SecureTenants(),
    ]
