"""What a page about calls can do, the API can do: each address of a page names the addresses of programs beside it."""

from collections.abc import Mapping

import pytest

from cdr.urls import urlpatterns
from tests.test_routes import ROUTES

# A page that stands for several names them all. What only draws a page again, or leads to one, names what it draws.
BESIDE: Mapping[str, tuple[str, ...]] = {
    # what was called and what it costs
    "totals": ("call-totals-list", "call-totals-dearest"),
    "details": ("calls-list",),
    "call": ("calls-detail",),
    "export": ("calls-export-list",),
    "export_workbook": ("calls-export-list",),
    "export_totals": ("call-totals-export",),
    "cost": ("call-cost-list",),
    "bundles": ("call-bundles-list", "call-bundles-adjustments"),
    "saved_filters": ("saved-filters-list",),
    "filter_keep": ("saved-filters-list",),
    "filter_rename": ("saved-filters-detail",),
    "filter_remove": ("saved-filters-detail",),
    # files
    "download": ("call-exports-list",),
    "downloads": ("call-exports-list", "call-reports-list"),
    "prepared": ("call-exports-detail",),
    "prepared_file": ("call-exports-file",),
    "prepared_again": ("call-exports-again",),
    "prepared_remove": ("call-exports-detail",),
    "report_add": ("call-reports-list",),
    "report_stop": ("call-reports-detail",),
    # disputes, signs of fraud, limits
    "disputes": ("disputes-list",),
    "dispute_new": ("disputes-list",),
    "call_dispute": ("disputes-list",),
    "signs": ("fraud-signs-list",),
    "sign": ("fraud-signs-detail", "fraud-signs-calls"),
    "sign_judge": ("fraud-signs-judge",),
    "limits": ("call-limits-list",),
    "limits_number": ("call-limits-list",),
    "limits_number_remove": ("call-limits-list",),
    "limits_unlock": ("call-limits-unlock",),
    "partner_limits": ("partner-limits-list", "partner-limits-detail"),
    # operators
    "operate_disputes": ("customer-disputes-list",),
    "operate_dispute": ("customer-disputes-detail", "customer-disputes-close"),
    "operate_retention": ("keeping-times-list",),
    "operate_keeping": ("keeping-times-detail",),
    "operate_signs": ("customer-fraud-signs-list",),
    "operate_sign": ("customer-fraud-signs-detail", "customer-fraud-signs-judge"),
    "operate_thresholds": ("fraud-thresholds-list", "fraud-thresholds-detail", "fraud-thresholds-try"),
    "operate_sources": ("call-sources-list", "call-feeds-list"),
    "operate_source_new": ("call-sources-list",),
    "operate_source": ("call-sources-detail",),
    "operate_gap_known": ("call-feeds-gap-known",),
    "operate_cost": ("customer-call-cost-list",),
    "operate_own_prices_list": ("own-prices-list",),
    "operate_own_prices": ("own-prices-list",),
    "operate_own_prices_import": ("rate-imports-list",),
    "operate_own_price_end": ("own-prices-end",),
    "operate_import": ("rate-imports-detail", "rate-imports-changes", "rate-imports-use"),
    "operate_import_drop": ("rate-imports-detail",),
    "operate_tariffs": ("tariffs-list",),
    "operate_tariff_new": ("tariffs-list",),
    "operate_tariff": ("tariffs-detail", "tariff-versions-list"),
    "operate_version_add": ("rate-imports-list",),
    "operate_version": ("tariff-versions-detail", "tariff-versions-rates"),
    "operate_bundles": ("bundles-list",),
    "operate_bundle_new": ("bundles-list",),
    "operate_bundle": ("bundles-detail", "bundles-numbers", "bundles-end"),
    "operate_rejects": ("call-rejects-list",),
    "operate_reject_group": ("call-rejects-list", "call-rejects-rows"),
    "operate_reject_download": ("call-rejects-rows",),
    "operate_reject_again": ("call-rejects-again",),
    "operate_reject_dismiss": ("call-rejects-dismiss",),
    "operate_unrated": ("unrated-calls-list",),
    "operate_unrated_again": ("unrated-calls-rate",),
    "operate_batches": ("call-batches-list",),
    "operate_upload": ("call-batches-list",),
    "operate_batch": ("call-batches-detail",),
    "operate_batch_progress": ("call-batches-detail",),
    "operate_batch_cancel": ("call-batches-cancel",),
    "operate_batch_resume": ("call-batches-resume",),
}


def test_every_page_about_calls_has_an_address_for_programs_beside_it() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(BESIDE)


@pytest.mark.parametrize("page", BESIDE)
def test_what_is_named_beside_a_page_is_there(page: str) -> None:
    assert BESIDE[page]
    assert [name for name in BESIDE[page] if name not in ROUTES] == []
