"""The phone models, as data. A new model is a row here; a new vendor also a case in `render`."""

from dataclasses import dataclass
from enum import StrEnum


class Vendor(StrEnum):
    """Who made the phone; the value is stored."""

    YEALINK = "yealink"
    GENERIC = "generic"

    @property
    def label(self) -> str:
        """The name people know it by."""
        return {"yealink": "Yealink", "generic": "Generic SIP"}[self.value]


@dataclass(frozen=True, slots=True)
class Model:
    """One model of phone.

    `name` is how the phone names itself in its User-Agent, without the vendor and `SIP-`. `common_code` is the number
    NN in the Yealink common file y0000000000NN.cfg. `basic_allowed` says whether HTTP Basic is accepted from this
    model over HTTPS (over plain HTTP it never is).
    """

    code: str
    vendor: Vendor
    name: str
    lines: int
    keys: int
    basic_allowed: bool = True
    common_code: int | None = None

    @property
    def title(self) -> str:
        """`Yealink T46U`, as on the box."""
        return self.vendor.label if self.vendor is Vendor.GENERIC else f"{self.vendor.label} {self.name}"

    @property
    def provisioned(self) -> bool:
        """Whether the phone fetches its configuration itself; a generic phone is typed in by hand."""
        return self.vendor is not Vendor.GENERIC


def _yealink(name: str, lines: int, keys: int, common_code: int) -> Model:
    return Model(f"yealink-{name.lower()}", Vendor.YEALINK, name, lines, keys, common_code=common_code)


GENERIC = Model("generic-sip", Vendor.GENERIC, "SIP", lines=1, keys=0)

MODELS: tuple[Model, ...] = (
    _yealink("T23G", 3, 3, 44),
    _yealink("T31G", 2, 2, 123),
    _yealink("T33G", 4, 4, 124),
    _yealink("T41S", 6, 15, 68),
    _yealink("T42S", 12, 15, 67),
    _yealink("T43U", 12, 21, 107),
    _yealink("T46G", 6, 27, 28),
    _yealink("T46S", 16, 27, 66),
    _yealink("T46U", 16, 27, 108),
    _yealink("T48S", 16, 29, 65),
    _yealink("T48U", 16, 29, 109),
    _yealink("T53W", 12, 21, 95),
    _yealink("T54W", 16, 27, 96),
    _yealink("T57W", 16, 29, 97),
    _yealink("T58W", 16, 27, 150),
    GENERIC,
)

BY_CODE: dict[str, Model] = {model.code: model for model in MODELS}
COMMON_CODES: frozenset[int] = frozenset(model.common_code for model in MODELS if model.common_code is not None)


def model(code: str) -> Model:
    """The model of a stored code. A code that was once stored stays in the table, so a KeyError here is a defect."""
    return BY_CODE[code]
