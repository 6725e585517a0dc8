"""Knobs of the SIM's toolkit: the card's menu, and how card and module behave about it.

The menu as it comes is shaped like the one that an Antel card showed: root item 2, item 8 of the next, item 2 of the
last sends a text, and the answer to the first choice is a line of 267 characters.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from smsmqtt.simulator import proactive, toolkit_text
from smsmqtt.simulator.knob_group import Knobs
from smsmqtt.simulator.proactive import Proactive
from smsmqtt.simulator.toolkit_text import ItemCoding, TextCoding


class Step(Knobs):
    """One thing that an item does. In `to` and `text`, `{input}` is what was typed last, `{answer}` what a USSD
    service said."""

    do: Literal["sms", "display", "input", "inkey", "ussd", "other", "handled"]
    """Send a text, show one, ask for words or for one key, ask a USSD service; `other`: some other command that wants
    a response; `handled`: one that the module carries out by itself. [SIM]"""
    to: str = ""
    """Number of `sms`, code of `ussd`. [SIM]"""
    text: str = ""
    """The body, what is shown, or the question. [SIM]"""
    alpha: str | None = None
    """What the telephone shows while it sends; empty: it shows nothing; none: the card does not say. [SIM]"""
    least: int = Field(1, ge=0, le=255)
    """So many characters must be typed. [SIM]"""
    most: int = Field(20, ge=0, le=255)
    """And no more than so many. [SIM]"""
    digits: bool = True
    """Only digits can be typed. [SIM]"""
    type: int = Field(0x26, ge=0, le=255)
    """Type of `other` and `handled`: 0x26 PROVIDE LOCAL INFORMATION, 0x27 TIMER MANAGEMENT, 0x20 PLAY TONE … [SIM]"""


class MenuItem(Knobs):
    """One line of a menu: a menu of its own, or things to do."""

    id: int = Field(ge=1, le=255)
    """What it is chosen by. [SIM]"""
    text: str
    """What the telephone shows. [SIM]"""
    items: tuple[MenuItem, ...] = ()
    """The menu behind it. [SIM]"""
    does: tuple[Step, ...] = ()
    """What happens without a menu, step by step; then the session is over. [SIM]"""


def _shows(number: int, text: str) -> MenuItem:
    return MenuItem(id=number, text=text, does=(Step(do="display", text="No disponible."),))


ASKS_FOR_CREDIT = MenuItem(id=2, text="Saldo", does=(Step(do="sms", to="123", text="SALDO", alpha="Consultando..."),))

ANTEL = (
    _shows(1, "Novedades"),
    MenuItem(
        id=2,
        text="Servicios",
        items=(
            _shows(1, "Noticias"),
            _shows(2, "Deportes"),
            _shows(3, "El tiempo"),
            _shows(4, "Horoscopo"),
            _shows(5, "Juegos y musica"),
            _shows(6, "Farmacias"),
            _shows(7, "Guia de viaje"),
            MenuItem(id=8, text="Consultas", items=(_shows(1, "Promociones"), ASKS_FOR_CREDIT, _shows(3, "Vigencia"))),
        ),
    ),
    _shows(3, "Ayuda"),
)


class ToolkitKnobs(Knobs):
    """The SIM toolkit of one module."""

    dialect: Literal["mediatek", "quectel", "sim800", "3gpp", "none"] = "mediatek"
    """+STKENV, +STKTR and +STKSMS; the same after +QSTK=1; +STKENVS and +STKTRS with commands in words, after
    +STKPCIS=1; +CUSATE and +CUSATT; or no toolkit. [FACT]"""
    quotes: bool = True
    """`3gpp`: the hex of +CUSATP stands in quotes. [UNKNOWN]"""
    title: str = "Antel"
    """Of the root menu. [SIM]"""
    items: tuple[MenuItem, ...] = ANTEL
    """The root menu. [SIM]"""
    announce: Literal["never", "enabled", "boot", "acquired"] = "enabled"
    """When SET UP MENU is told: to the command that switches the toolkit on, after a reboot, or to every holder.
    [FACT]"""
    menu_answer: Literal["ignored", "needed"] = "ignored"
    """`needed`: after it was told nothing can be chosen before a terminal response. [UNKNOWN]"""
    result: Literal["before", "after"] = "before"
    """The result code of an envelope or a response comes before what the SIM says to it, or after. [UNKNOWN]"""
    delay_s: float = 0.0
    """The SIM takes so long for each answer. [SIM]"""
    answers: Literal["normal", "never"] = "normal"
    """`never`: an OK, and nothing from the SIM; its session stays open. [SIM]"""
    envelope: Literal["tolerant", "error", "empty", "silent"] = "tolerant"
    """An envelope with one device identity is good, or is answered by ERROR, a session that ends at once, or OK
    alone. [FACT]"""
    busy: Literal["error", "nothing", "repeat"] = "error"
    """An envelope while a session is open: ERROR, OK and nothing, or OK and the command that waits once more.
    [INFERENCE]"""
    left_open: tuple[int, ...] = ()
    """Every holder finds a session that somebody left open behind these items. [DEDUCED]"""
    session_after_release: Literal["kept", "ended"] = "kept"
    """What release does to an open session. [DEDUCED]"""
    wrong_response: Literal["error", "ended", "accepted"] = "error"
    """A terminal response with another command's number, type or qualifier: ERROR, the session ends, or all is well.
    [UNKNOWN]"""
    idle_response: Literal["error", "ok"] = "error"
    """A terminal response while no session is open. [UNKNOWN]"""
    numbering: Literal["one", "counting"] = "one"
    """Each command of a session has number 1, or they count. [FACT]"""
    lengths: Literal["shortest", "long"] = "shortest"
    """`long`: lengths are 81 xx even below 128. [UNKNOWN]"""
    flags: bool = True
    """Tags carry the comprehension flag. [FACT]"""
    item_coding: ItemCoding = "gsm"
    """Names of items: the default alphabet where it can, or UCS-2 in the way that begins with 80, 81 or 82. [FACT]"""
    text_coding: TextCoding = "unpacked"
    """Texts shown, and in which way input is asked for. [FACT]"""
    inserted: int | None = Field(None, ge=0, le=255)
    """A command of this type comes before each session's first. [SIM]"""
    raw: str | None = None
    """These octets, in hex, come instead of any answer to an envelope; a response ends the session. [SIM]"""
    go_ahead: Literal["needed", "given", "hidden"] = "needed"
    """SEND SMS and SEND USSD wait for the holder's word, are only told, or not even that. `3gpp` has no word: with
    `needed` the holder sends, and responds. [FACT]"""
    end: Literal["told", "hidden"] = "told"
    """`hidden`: nobody hears of a session's end. [UNKNOWN]"""
    end_delay_s: float = 0.0
    """So long until it is told, and over. [DEDUCED]"""
    patience_s: float | None = None
    """A command that waits longer for its response ends with the session. [UNKNOWN]"""

    @model_validator(mode="after")
    def _sayable(self) -> Self:
        """Identifiers are unique, and each menu is short enough for a SIM."""
        if self.raw is not None:
            bytes.fromhex(self.raw)
        self.item_at(self.left_open)
        menus = [MenuItem(id=1, text=self.title, items=self.items)]
        for menu in menus:
            if len({item.id for item in menu.items}) < len(menu.items):
                raise ValueError(f"two items of {menu.text!r} have one id")
            proactive.octets(self.menu(menu), long=self.lengths == "long")
            menus += [item for item in menu.items if item.items]
        return self

    def item_at(self, path: tuple[int, ...]) -> MenuItem:
        """The item behind those chosen; the root menu for none."""
        item = MenuItem(id=1, text=self.title, items=self.items)
        for number in path:
            found = next((inner for inner in item.items if inner.id == number), None)
            if found is None:
                raise ValueError(f"{item.text!r} has no item {number}")
            item = found
        return item

    def menu(self, item: MenuItem, number: int = 1, *, root: bool = False) -> Proactive:
        """SELECT ITEM, or SET UP MENU for the root."""
        kind: Literal["set_up", "menu"] = "set_up" if root else "menu"
        return Proactive(
            kind=kind,
            type=proactive.TYPES[kind],
            number=number,
            alpha=toolkit_text.alpha(item.text, self.item_coding),
            items=tuple((inner.id, toolkit_text.alpha(inner.text, self.item_coding)) for inner in item.items),
        )
