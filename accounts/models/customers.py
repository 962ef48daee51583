"""Partners, and the customers that are the tenants of everything else."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.brands import Brand
from accounts.tenancy import PlatformModel


class Partner(PlatformModel):
    """An ICT partner, which serves customers under its own brand."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    brand = models.OneToOneField(Brand, on_delete=models.PROTECT, related_name="partner")

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Customer(PlatformModel):
    """A tenant: a company that calls. Without a partner it is the provider's own."""

    reference = models.CharField(
        _("reference"),
        max_length=20,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9][a-z0-9-]*$", _("Use small letters, digits and hyphens, for example acme."))
        ],
        help_text=_("Short and unique; it also stands in call records as the account code."),
    )
    name = models.CharField(_("name"), max_length=120)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="customers", verbose_name=_("partner")
    )
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, default="NL")
    kvk_number = models.CharField(_("KvK number"), max_length=8, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(reference__regex=r"^[a-z0-9][a-z0-9-]*$"), name="customer_reference_is_slug"
            ),
        )

    def __str__(self) -> str:
        return self.name
