"""Answers that carriers have sent, with what they say: one table for the tests and for the documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from smsmqtt.carriers import shelf
from smsmqtt.carriers.profile import Profile, parse

ASK = {"ussd": {"code": "*100#"}}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """``carrier``: a shipped profile, or one of ``OTHERS``. Without ``credit`` the text says nothing of it."""

    carrier: str
    text: str
    credit: str | None = None
    currency: str = ""
    expires: date | None = None

    @property
    def amount(self) -> Decimal | None:
        return None if self.credit is None else Decimal(self.credit)


def _other(country: str, currency: str, pattern: str, **more: Any) -> Mapping[str, Any]:
    return {"name": "x", "country": country, "ask": ASK, "currency": currency, "patterns": [pattern], **more}


OTHERS: Mapping[str, Mapping[str, Any]] = {
    "plus-pl": _other(
        "PL",
        "PLN",
        r"stan konta dla numeru \d+: (?P<credit>[\d.,]+) (?P<currency>PLN)"
        r"(?:\. Konto wazne do dnia (?P<expires>\d{2}-\d{2}-\d{4}))?",
        decimal=",",
    ),
    "nju-pl": _other(
        "PL", "PLN", r"Stan konta glownego: (?P<credit>[\d.,]+) (?P<currency>zl)", currencies={"zl": "PLN"}
    ),
    "o2-cz": _other(
        "CZ",
        "CZK",
        r"kreditu na cisle \d+ je (?P<credit>[\d ,]+) (?P<currency>Kc)(?:.*Platnost [^:]*: (?P<expires>[\d. ]+\d{4}))?",
        currencies={"Kc": "CZK"},
        decimal=",",
        thousands=" ",
    ),
    "o2-uk": _other("GB", "GBP", r"Your balance is £(?P<credit>[\d.]+)"),
    "t-mobile-us": _other("US", "USD", r"Account Balance \$(?P<credit>[\d.,]+)", thousands=",", date_order="mdy"),
    "iran": _other("IR", "IRR", r"Credit (?P<credit>\d+) (?P<currency>IRR)"),
    "silent-link": _other("US", "USD", r"\b(?P<currency>USD):(?P<credit>[\d.]+)"),
    "telekom-hu": _other(
        "HU", "HUF", r"egyenleg: (?P<credit>[\d ]+)(?P<currency>Ft)", currencies={"Ft": "HUF"}, thousands=" "
    ),
    "unknown-de": _other("DE", "EUR", r"Kontostand: (?P<credit>[\d.,]+) (?P<currency>EUR) Bitte wählen"),
    "babilon-tj": _other("TJ", "TJS", r"Balance of subscriber \d+: (?P<credit>[\d.]+)"),
}
"""Carriers whose answers are known, but not how they are asked."""

ANSWERS = (
    Answer(
        carrier="antel-uy",
        text="Antel: su saldo es $123.45, vence el 31/12/2026.",
        credit="123.45",
        currency="UYU",
        expires=date(2026, 12, 31),
    ),
    Answer(
        carrier="antel-uy",
        text="Antel: su saldo es \x0250, vence el 01/02/2027.",
        credit="50",
        currency="UYU",
        expires=date(2027, 2, 1),
    ),
    Answer(
        carrier="vodafone-de",
        text="Aktuelles Guthaben: 5,12 EUR\n1 Aufladen\n2 Tarife ab 9,99 EUR\n0 Zurueck",
        credit="5.12",
        currency="EUR",
    ),
    Answer(
        carrier="kaufland-de",
        text="Dein Guthaben betraegt: 10,00 EUR Startguthaben, 20,00 EUR Kaufguthaben und 40,00 EUR Geschenkguthaben.",
        credit="70.00",
        currency="EUR",
    ),
    Answer(carrier="sunrise-ch", text="Ihr Guthaben beträgt CHF 12.34.", credit="12.34", currency="CHF"),
    Answer(
        carrier="plus-pl",
        text="Aktualny stan konta dla numeru 48600123456: 1,23 PLN. Konto wazne do dnia 01-01-2022 01:02:03.",
        credit="1.23",
        currency="PLN",
        expires=date(2022, 1, 1),
    ),
    Answer(
        carrier="nju-pl",
        text="1.Stan konta glownego: 11.00 zl. Srodki wazne bezterminowo.",
        credit="11.00",
        currency="PLN",
    ),
    Answer(
        carrier="o2-cz",
        text="Zustatek kreditu na cisle 420601123456 je 300 Kc, z toho bonusovy kredit je 0 Kc. "
        "Platnost bezneho kreditu: 30. 1. 2024 18:18.",
        credit="300",
        currency="CZK",
        expires=date(2024, 1, 30),
    ),
    Answer(
        carrier="o2-uk",
        text="O2: Your balance is £6.45. Get 5GB for £10 a month.",
        credit="6.45",
        currency="GBP",
    ),
    Answer(  # the date is the plan's, which the credit outlives
        carrier="t-mobile-us",
        text="Current plan active until 08/10/2022 and will renew for $12.34. Account Balance $56.78.",
        credit="56.78",
        currency="USD",
    ),
    Answer(
        carrier="speakout-ca",
        text="Your account balance is $20.00 and expires on Aug 28 2021.",
        credit="20.00",
        currency="CAD",
        expires=date(2021, 8, 28),
    ),
    Answer(
        carrier="xl-id",
        text="Pulsa Rp 1234 s.d. 01-01-2022\n1 Paket Rp 50000\n2 Lainnya",
        credit="1234",
        currency="IDR",
        expires=date(2022, 1, 1),
    ),
    Answer(carrier="iran", text="Credit 43240 IRR. WOW 0 IRR, till 2021", credit="43240", currency="IRR"),
    Answer(
        carrier="silent-link",
        text="IMSI:901430001234567\nUSD:5.87\nNum#:15551234567",
        credit="5.87",
        currency="USD",
    ),
    Answer(
        carrier="mtn-gh",
        text="Your Balance is 5.84 Ghana Cedi(s),and your bonus account is 0.00. Use it before Sep 25 2009",
        credit="5.84",
        currency="GHS",
        expires=date(2009, 9, 25),
    ),
    Answer(
        carrier="malitel-ml",
        text="Votre solde est de 0 FCFA valable jusqu au 31.12.2029 Merci",
        credit="0",
        currency="XOF",
        expires=date(2029, 12, 31),
    ),
    Answer(carrier="zain-ug", text="Your account balance is 1000 Ushs.", credit="1000", currency="UGX"),
    Answer(carrier="mtn-ug", text="Your account balance is UGX 9430.", credit="9430", currency="UGX"),
    Answer(carrier="beeline-ru", text="Баланс 968", credit="968", currency="RUB"),
    Answer(carrier="beeline-ru", text="Balans 12.30", credit="12.30", currency="RUB"),
    Answer(carrier="beeline-ru", text="Vash balans 968.98 r.", credit="968.98", currency="RUB"),
    Answer(carrier="mts-ru", text="Баланс:45,36р", credit="45.36", currency="RUB"),
    Answer(carrier="mts-ru", text="Минус:45,36р", credit="-45.36", currency="RUB"),
    Answer(carrier="tele2-ru", text="OCTATOK 50.00 p.", credit="50.00", currency="RUB"),
    Answer(carrier="tele2-ru", text="OCTATOK munyc 10.24 p.", credit="-10.24", currency="RUB"),
    Answer(carrier="kyivstar-ua", text="Na rahunku: 42.50 grn.", credit="42.50", currency="UAH"),
    Answer(carrier="life-ua", text="Balans: 7.25", credit="7.25", currency="UAH"),
    Answer(carrier="life-ua", text="Balans 0.00hrn, bonus 0.00hrn.", credit="0.00", currency="UAH"),
    Answer(carrier="velcom-by", text="Vash balans sostavlyaet 3511 rublej.", credit="3511", currency="BYN"),
    Answer(carrier="velcom-by", text="Vash balans sostavlyaet minus 3511 rublej.", credit="-3511", currency="BYN"),
    Answer(
        carrier="mts-by",
        text="Balans=3394r (OP=9777 do 09.05 23:19) Ostatok: MB=43.6 min=232",
        credit="3394",
        currency="BYN",
    ),
    Answer(
        carrier="safaricom-ke",
        text="Airtime Bal: you have Ksh1,234.56",
        credit="1234.56",
        currency="KES",
    ),
    Answer(
        carrier="telekom-hu", text="Havi keret: 0Ft. Az aktuális egyenleg: 777Ft 2013.", credit="777", currency="HUF"
    ),
    Answer(
        carrier="unknown-de",
        text="Kontostand: 3.00 EUR Bitte w{hlen Sie: 1 Aufladen",
        credit="3.00",
        currency="EUR",
    ),
    Answer(
        carrier="babilon-tj", text="Balance of subscriber 992918123456: 1.09 Thank you", credit="1.09", currency="TJS"
    ),
)

FAILURES = (
    "On DATA Pack u have 3Gb 817Mb 169kb valid until 21/05/2016.",
    "En este momento su solicitud no puede ser atendida. Marque *888# nuevamente.",
    "Wegen Wartungsarbeiten am 7. (8) ist die Abfrage erst ab 9 Uhr wieder moeglich.",
    "Ihre Anfrage kann zurzeit nicht verarbeitet werden. Bitte versuchen Sie es ab 9 Uhr.",
    "Sorry, we cannot process your request now. Dial *124# and try again in 10 minutes.",
    "",
)
"""What carriers write when they can't or won't tell: full of figures, none of them a credit."""

TELLING = {
    "antel-uy": FAILURES[1],
    "vodafone-de": FAILURES[2],
    "kaufland-de": FAILURES[3],
    "speakout-ca": FAILURES[4],
}
"""Where the profile knows such a text for what it is."""


def profiles(*own: Path) -> dict[str, Profile]:
    """The shipped ones and the others."""
    return {**shelf.load(*own), **{name: parse(values) for name, values in OTHERS.items()}}
