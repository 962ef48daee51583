"""Where call records come from, what calls cost, the records themselves and their totals."""

from cdr.models.bundles import Adjustment, Bundle, BundleAllocation, BundleNumber
from cdr.models.exports import Export, ExportForm, MonthlyReport
from cdr.models.feeds import FeedAlarm, KnownGap
from cdr.models.kept import KeptRows
from cdr.models.limits import GuardEvent, LimitWarning, NumberLimit, PartnerLimit, SpendSettings
from cdr.models.records import BillingPeriod, CallRecord, DailyTotal, MonthlyTotal, PartyNumber
from cdr.models.retention import BilledPeriod, Dispute, KeepingTime, MaskedPeriod
from cdr.models.saved import SavedFilter
from cdr.models.signs import FraudSign, FraudThreshold
from cdr.models.sources import Batch, Reject, Source, SourceAccount
from cdr.models.tariffs import CustomerRate, CustomerTariff, Rate, RateImport, Tariff, TariffVersion

__all__ = [
    "Adjustment",
    "Batch",
    "BilledPeriod",
    "BillingPeriod",
    "Bundle",
    "BundleAllocation",
    "BundleNumber",
    "CallRecord",
    "CustomerRate",
    "CustomerTariff",
    "DailyTotal",
    "Dispute",
    "Export",
    "ExportForm",
    "FeedAlarm",
    "FraudSign",
    "FraudThreshold",
    "GuardEvent",
    "KeepingTime",
    "KeptRows",
    "KnownGap",
    "LimitWarning",
    "MaskedPeriod",
    "MonthlyReport",
    "MonthlyTotal",
    "NumberLimit",
    "PartnerLimit",
    "PartyNumber",
    "Rate",
    "RateImport",
    "Reject",
    "SavedFilter",
    "Source",
    "SourceAccount",
    "SpendSettings",
    "Tariff",
    "TariffVersion",
]
