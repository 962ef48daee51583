"""A brand is a name, a mark and one colour; everything else a visitor sees is derived from those."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import PlatformModel


class Brand(PlatformModel):
    """What the portal looks and speaks like on its host names; one brand, the provider's, is the default."""

    class Mark(models.TextChoices):
        CRADLE = "cradle", _("Cradle")
        ARCH = "arch", _("Arch")
        WAVE = "wave", _("Wave")
        RING = "ring", _("Ring")
        LETTER = "letter", _("First letter")

    name = models.CharField(_("name"), max_length=80, unique=True)
    mark = models.CharField(_("mark"), max_length=10, choices=Mark.choices, default=Mark.LETTER)
    colour = models.CharField(
        _("colour"),
        max_length=7,
        default="#2346A8",
        validators=[
            RegexValidator(r"^#[0-9A-Fa-f]{6}$", _("Give the colour as # and six digits, for example #2346A8."))
        ],
    )
    support_phone = models.CharField(_("support phone"), max_length=20, blank=True)
    support_email = models.EmailField(_("support e-mail"), blank=True)
    support_hours = models.CharField(_("support hours"), max_length=80, blank=True)
    finance_email = models.EmailField(_("e-mail for questions about invoices"), blank=True)
    sender = models.EmailField(_("sender of mail"))
    is_default = models.BooleanField(_("the provider's own brand"), default=False)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=("is_default",), condition=models.Q(is_default=True), name="one_default_brand"
            ),
            models.CheckConstraint(condition=models.Q(colour__regex=r"^#[0-9A-Fa-f]{6}$"), name="brand_colour_is_hex"),
        )

    def __str__(self) -> str:
        return self.name


class BrandHost(PlatformModel):
    """A host name, without port, on which the portal shows a brand."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="hosts")
    host = models.CharField(_("host name"), max_length=253)

    class Meta:
        ordering = ("host",)
        constraints = (models.UniqueConstraint(Lower("host"), name="one_brand_per_host"),)

    def __str__(self) -> str:
        return self.host
