"""The platform's own tables: brands, partners, customers, people, and the trail of what they changed."""

from accounts.models.audit import AuditEntry
from accounts.models.brands import Brand, BrandHost
from accounts.models.customers import Customer, Partner
from accounts.models.notices import Notice, NoticeRead
from accounts.models.users import ApiToken, Invitation, Membership, User

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Brand",
    "BrandHost",
    "Customer",
    "Invitation",
    "Membership",
    "Notice",
    "NoticeRead",
    "Partner",
    "User",
]
