"""What somebody does at a phone so that it fetches its settings for the first time."""

from typing import Final

from django.utils.translation import gettext as _

from telephony.provisioning.catalogue import Model, Vendor

# Where a maker's web page asks for the address, in the maker's own words.
_MENUS: Final = {
    Vendor.SNOM: "Setup › Advanced › Update",
    Vendor.POLY: "Settings › Provisioning Server",
    Vendor.GRANDSTREAM: "Maintenance › Upgrade and Provisioning",
    Vendor.CISCO: "Admin › Advanced › Voice › Provisioning",
    Vendor.FANVIL: "System › Auto Provision",
    Vendor.GIGASET: "Settings › System › Provisioning and configuration",
    Vendor.PANASONIC: "Maintenance › Provisioning Maintenance",
    Vendor.HTEK: "Management › Auto Provision",
}


def steps_of(model: Model) -> list[str]:
    """In order; empty for a phone that fetches nothing."""
    if model.vendor is Vendor.YEALINK and model.family == "desk":
        return [
            _("Press Menu, Advanced (password admin on a new phone), Auto Provision."),
            _("Type in the address, user name and password."),
            _("Choose Auto Provision Now. The phone restarts and shows its name."),
        ]
    menu = _MENUS.get(model.vendor, "Settings › Auto Provision")
    return [
        _(
            "Type the IP address of the phone into a browser; it stands in the menu of the phone, under status or information."
        ),
        _("Log in as administrator and open %(menu)s.") % {"menu": menu},
        _("Type in the address, user name and password."),
        _("Save and restart the phone. It shows its name."),
    ]


def app_steps(model: Model) -> list[str]:
    """For an app on a telephone or computer."""
    return [
        _("Install %(app)s on the telephone.") % {"app": model.vendor.label},
        _("Choose to set up by QR code, and hold the camera before the code."),
        _("The app logs in by itself. Nothing has to be typed."),
    ]
