"""What somebody does at a phone: so that it fetches its settings for the first time, and when something is wrong."""

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
    menu = menu_of(model)
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


def find_us_steps(model: Model) -> list[str]:
    """For a phone that never asked."""
    return [_("Look whether the phone has a network: its display or its lamp says so."), *steps_of(model)]


def log_in_steps(model: Model) -> list[str]:
    """For a phone whose user name or password is refused."""
    web_went = model.web_off and menu_of(model) in _MENUS.values()
    return [
        _("Choose New password here. It takes the place of what was typed."),
        *([_("Does its web page not open, then reset the phone to its factory settings first.")] if web_went else []),
        *steps_of(model)[:-1],
        _("Type the password without spaces at its ends; capitals and small letters differ."),
        _("Save and restart the phone. After ten wrong tries within a minute it has to wait a minute."),
    ]


def wrong_model_steps(said: str) -> list[str]:
    """For a phone that calls itself otherwise than the device here."""
    return [
        _("Look at the label of the phone: it says %(model)s of itself.") % {"model": said},
        _(
            "Is the label right, then remove this device and make it again with that model; its keys and lines fit then."
        ),
    ]


def wrong_phone_steps() -> list[str]:
    """For a login that another phone uses."""
    return [
        _("Compare the MAC address here with the label of the phone."),
        _("Take the user name and password out of the other phone, and choose New password here."),
    ]


def restart_steps(model: Model) -> list[str]:
    """So that a phone fetches what changed."""
    return [
        _("Choose Fetch again here, if the button is there."),
        _("Else restart the phone: %(how)s.") % {"how": _restart(model)},
        _("Did it restart and fetch nothing, then compare the address in %(menu)s with the one here.")
        % {"menu": menu_of(model)},
    ]


def log_on_steps(model: Model, *, server: str) -> list[str]:
    """For a phone with the newest settings that is not logged in at the exchange."""
    return [
        _("Restart the phone: %(how)s.") % {"how": _restart(model)},
        _("Let the router and firewall allow the phone to reach %(server)s.") % {"server": server},
        _(
            "Try the phone on another network, such as the hotspot of a mobile. Does it log in there, the router is the cause."
        ),
        _("Switch SIP ALG off in the router; it is also called SIP helper, SIP passthrough or VoIP support."),
    ]


def menu_of(model: Model) -> str:
    """Where the phone asks for the address, in its maker's words."""
    if model.vendor is Vendor.YEALINK and model.family == "desk":
        return "Menu › Advanced › Auto Provision"
    return _MENUS.get(model.vendor, "Settings › Auto Provision")


def _restart(model: Model) -> str:
    if model.vendor is Vendor.YEALINK and model.family == "desk":
        return _("hold OK for ten seconds and confirm")
    if model.vendor is Vendor.POLY:
        return _("Settings › Basic › Restart Phone on its display")
    if model.vendor in (Vendor.SNOM, Vendor.FANVIL, Vendor.HTEK) and model.family != "dect":
        return _("Reboot in its menu, under maintenance or system")
    return _("take the plug or network cable out, wait ten seconds, and put it back")
