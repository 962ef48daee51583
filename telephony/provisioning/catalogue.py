"""The phone models, as data in `catalogue.csv`: a new model is a row there, a new vendor also a class in `vendors`.

Columns: `family` chooses the spelling of settings inside a vendor; `name` is how the phone names itself in its
User-Agent, without vendor and decoration; `lines` and `keys` how many it has; `basic` whether HTTP Basic is accepted
from it over HTTPS (over plain HTTP it never is); `tls` whether it can carry SIP over TLS with SRTP; `web` whether its web
page can be switched off by its settings, which then is done; `firmware` the
first one that knows the settings we send, empty where every one does; `common` the number NN in the Yealink common
file y0000000000NN.cfg.
"""

import csv
import difflib
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).with_name("catalogue.csv")


class Vendor(StrEnum):
    """Who made the phone; the value is stored."""

    YEALINK = "yealink"
    SNOM = "snom"
    POLY = "poly"
    GRANDSTREAM = "grandstream"
    CISCO = "cisco"
    FANVIL = "fanvil"
    GIGASET = "gigaset"
    PANASONIC = "panasonic"
    HTEK = "htek"
    LINPHONE = "linphone"
    ZOIPER = "zoiper"
    ACROBITS = "acrobits"
    GENERIC = "generic"

    @property
    def label(self) -> str:
        """The name people know it by."""
        return _LABELS.get(self, self.value.capitalize())


_LABELS: Final = {Vendor.GENERIC: "Generic SIP", Vendor.ACROBITS: "Acrobits Groundwire"}
APPS: Final = frozenset({Vendor.LINPHONE, Vendor.ZOIPER, Vendor.ACROBITS})


@dataclass(frozen=True, slots=True)
class Model:
    """One model of phone: a row of the catalogue."""

    code: str
    vendor: Vendor
    family: str
    name: str
    lines: int
    keys: int
    basic_allowed: bool = True
    tls: bool = True
    web_off: bool = False
    firmware: str = ""
    common_code: int | None = None

    @property
    def title(self) -> str:
        """`Yealink T46U`, as on the box."""
        whole = self.vendor is Vendor.GENERIC or self.is_app
        return self.vendor.label if whole else f"{self.vendor.label} {self.name}"

    @property
    def provisioned(self) -> bool:
        """Whether the phone fetches its configuration itself; a generic phone is typed in by hand."""
        return self.vendor is not Vendor.GENERIC

    @property
    def is_app(self) -> bool:
        """Whether it is an app on a telephone or computer: no MAC address, and it fetches once."""
        return self.vendor in APPS

    @property
    def logs_in(self) -> bool:
        """Whether it has a field for the user name and password of its settings; other apps only take a code."""
        return self.has_mac or self.vendor is Vendor.ACROBITS

    @property
    def has_mac(self) -> bool:
        """Whether it is known by its MAC address."""
        return self.provisioned and not self.is_app

    def is_named(self, said: str) -> bool:
        """Whether a phone that calls itself `said` is of this model: `VVX_500` is a VVX500."""
        return _plain(said) == _plain(self.name)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _row(row: dict[str, str]) -> Model:
    vendor, name = Vendor(row["vendor"]), row["name"]
    code = vendor.value if vendor in APPS else f"{vendor.value}-{re.sub(r'[^a-z0-9]+', '-', name.lower())}"
    return Model(
        code=code,
        vendor=vendor,
        family=row["family"],
        name=name,
        lines=int(row["lines"]),
        keys=int(row["keys"]),
        basic_allowed=row["basic"] == "1",
        tls=row["tls"] == "1",
        web_off=row["web"] == "1",
        firmware=row["firmware"],
        common_code=int(row["common"]) if row["common"] else None,
    )


def _read() -> tuple[Model, ...]:
    with DATA.open(newline="", encoding="utf-8") as rows:
        return tuple(_row(row) for row in csv.DictReader(rows))


MODELS: Final = _read()
BY_CODE: Final[dict[str, Model]] = {model.code: model for model in MODELS}
GENERIC: Final = BY_CODE["generic-sip"]
COMMON_CODES: Final = frozenset(model.common_code for model in MODELS if model.common_code is not None)
_DECORATION: Final = r" IP PRO$|-3PCC$"  # what stands behind a name on labels, and people leave away
_BY_NAME: Final[dict[str, Model]] = (
    {_plain(re.sub(_DECORATION, "", name)): each for each in MODELS for name in (each.name, each.title)}
    | {_plain(name): each for each in MODELS for name in (each.code, each.name, each.title)}
    | {"generic": GENERIC}
)
_MAKERS: Final = r"^(?:polycom|yealink|grandstream)?(?:sip)?"  # what stands before a name on labels


def find(said: str) -> Model | None:
    """The model that somebody writes down by its name, with or without maker, or by its code; None for no model."""
    wanted = _plain(said)
    return _BY_NAME.get(wanted) or _BY_NAME.get(re.sub(_MAKERS, "", wanted))


def near(said: str, *, most: int = 5) -> list[Model]:
    """Models whose names look like this one, the likeliest first."""
    wanted = re.sub(_MAKERS, "", _plain(said))
    closest = difflib.get_close_matches(wanted, _BY_NAME, n=3 * most, cutoff=0.6)
    within = [name for name in _BY_NAME if len(wanted) > 1 and wanted in name]
    return list(dict.fromkeys(_BY_NAME[name] for name in (*closest, *within)))[:most]


def model(code: str) -> Model:
    """The model of a stored code. A code that was once stored stays in the table, so a KeyError here is a defect."""
    return BY_CODE[code]
