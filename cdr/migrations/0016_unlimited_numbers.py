from django.db import migrations

# As Bundle.is_unlimited_to_fixed has it: prefixes and call types of a bundle that covers all geographic Dutch numbers.
TELL = """INSERT INTO telephony_unlimitedcalling (customer_id, number, valid_from, valid_to)
SELECT place.customer_id, place.number, greatest(place.valid_from, bundle.valid_from),
    nullif(max(coalesce(least(place.valid_to, bundle.valid_to), 'infinity')), 'infinity')
FROM cdr_bundlenumber place JOIN cdr_bundle bundle ON bundle.id = place.bundle_id
WHERE bundle.kind = 'unlimited'
    AND (bundle.call_types = '[]' OR bundle.call_types @> '1')
    AND (bundle.prefixes = '[]' OR NOT EXISTS (
        SELECT FROM unnest(ARRAY['311', '312', '313', '314', '315', '317']) AS fixed
        WHERE NOT EXISTS (SELECT FROM jsonb_array_elements_text(bundle.prefixes) AS prefix WHERE starts_with(fixed, prefix))
    ))
    AND (least(place.valid_to, bundle.valid_to) IS NULL
        OR least(place.valid_to, bundle.valid_to) > greatest(place.valid_from, bundle.valid_from))
GROUP BY 1, 2, 3
ON CONFLICT DO NOTHING"""


class Migration(migrations.Migration):
    """Tell the app of lines which numbers had unlimited calls before it asked."""

    dependencies = [
        ("cdr", "0015_identity"),
        ("telephony", "0011_unlimited_calling"),
    ]

    operations = [migrations.RunSQL(TELL, migrations.RunSQL.noop)]
