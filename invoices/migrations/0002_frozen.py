from django.db import migrations

from accounts.tenancy import SecureTenants

# An issued invoice is never changed or deleted, by whatever role or path; a mistake is corrected with a document of its own.
# The moment of sending may be filled in once.
FROZEN = """
CREATE FUNCTION invoices_frozen() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'invoices_invoice' THEN
        IF to_jsonb(NEW) - 'sent_at' = to_jsonb(OLD) - 'sent_at' AND OLD.sent_at IS NULL THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'an issued invoice is frozen: % of % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $body$;

CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON invoices_invoice FOR EACH ROW EXECUTE FUNCTION invoices_frozen();
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON invoices_invoiceline FOR EACH ROW EXECUTE FUNCTION invoices_frozen();
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON invoices_invoicepdf FOR EACH ROW EXECUTE FUNCTION invoices_frozen();

-- At the end of the transaction the lines sum to the total, so none can be added to an issued invoice either. Definer's
-- rights, because the door of the tenant is closed by then.
CREATE FUNCTION invoices_lines_sum() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $body$
DECLARE
    stated bigint;
    summed bigint;
BEGIN
    SELECT net_cents INTO stated FROM public.invoices_invoice WHERE id = NEW.invoice_id;
    SELECT sum(amount_cents) INTO summed FROM public.invoices_invoiceline WHERE invoice_id = NEW.invoice_id;
    IF stated IS DISTINCT FROM summed THEN
        RAISE EXCEPTION 'the lines of invoice % sum to % cents and not to %', NEW.invoice_id, summed, stated
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION invoices_lines_sum() FROM PUBLIC;

CREATE CONSTRAINT TRIGGER lines_sum AFTER INSERT ON invoices_invoiceline DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION invoices_lines_sum();
"""

THAWED = """
DROP TRIGGER lines_sum ON invoices_invoiceline;
DROP TRIGGER frozen ON invoices_invoicepdf;
DROP TRIGGER frozen ON invoices_invoiceline;
DROP TRIGGER frozen ON invoices_invoice;
DROP FUNCTION invoices_lines_sum();
DROP FUNCTION invoices_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial")]

    operations = [migrations.RunSQL(FROZEN, THAWED), SecureTenants()]
