"""What a SIM's toolkit asks of a telephone, and what the telephone says to it. Hex in, values out, and back.

Theory of operation
-------------------
A card can't speak first: the module fetches its *proactive commands*, hands them to us and carries our *terminal
response* back; what a user picks in the card's own menu goes to it as an *envelope*.

    card ──proactive command──► terminal        D0 <length> command details, device identities, what the type needs
    card ◄──terminal response── terminal        command details again, device identities, result, what was asked for
    card ◄──envelope (menu selection)──         D3 <length> device identities, item identifier

A command is one BER-TLV object full of COMPREHENSION-TLV ones (``tlv``). The first two are always there and tell the
number, type and qualifier, and who speaks to whom. The same element means different things with different types: an
item identifier names the default item of SELECT ITEM, the chosen one in a response. Elements that are not read here
are kept as they are.

The comprehension flag says that who doesn't know an element must refuse the command. Nothing is refused here: what
the dialogue can't perform it declines by its type.

Octets that the form doesn't allow are PduError and nothing else; ``FF`` behind the end is how cards fill records.

Not here: what is answered (``carriers.stk_menu``), the AT commands that carry all this (``carriers.toolkits``).
References: ETSI TS 102 223 §6.6, §6.8, §7.2, §8; 3GPP TS 31.111; 3GPP TS 11.14 for the cards of old.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smsmqtt.codec import address, stk_text, tlv
from smsmqtt.codec.address import Address
from smsmqtt.codec.octets import Octets, from_hex
from smsmqtt.codec.stk_names import CommandType, Device, GeneralResult, Tag
from smsmqtt.codec.tlv import Element
from smsmqtt.errors import PduError

_PROACTIVE: Final = 0xD0
_MENU_SELECTION: Final = 0xD3
_KINDS: Final = {kind.value: kind for kind in CommandType}
_LARGEST_ITEM: Final = 255
_LONGEST_INPUT: Final = 255

# Qualifiers of GET INPUT and GET INKEY (ETSI TS 102 223 §8.6)
_ASKS_UCS2, _ASKS_YES_OR_NO, _ASKS_PACKED = 0x02, 0x04, 0x08


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line of a menu; ``id`` is what a response names it by."""

    id: int
    text: str


@dataclass(frozen=True, kw_only=True)
class ResponseLength:
    """How many characters an input may have; 255 is no limit (ETSI TS 102 223 §8.11)."""

    least: int
    most: int


@dataclass(frozen=True, kw_only=True)
class ProactiveCommand:
    """``type`` is the raw octet; ``kind`` its name, None for one that the standards don't know.

    ``default_item``: where the menu's cursor stands. ``tpdu_hex``: of SEND SHORT MESSAGE, without service centre.
    ``elements``: all that came behind details and identities, understood or not.
    """

    number: int
    type: int
    qualifier: int
    source: int
    destination: int
    alpha: str | None = None
    text: str | None = None
    default_text: str | None = None
    items: tuple[Item, ...] = ()
    default_item: int | None = None
    response_length: ResponseLength | None = None
    address: Address | None = None
    tpdu_hex: str | None = None
    ussd: str | None = None
    elements: tuple[Element, ...] = ()

    @property
    def kind(self) -> CommandType | None:
        return _KINDS.get(self.type)

    def item(self, wanted: str | int) -> Item | None:
        """The item with this identifier, or with this text: as written, else the only one that contains it."""
        if isinstance(wanted, int):
            return next((item for item in self.items if item.id == wanted), None)
        sought = _plain(wanted)
        same = [item for item in self.items if _plain(item.text) == sought]
        near = [item for item in self.items if sought in _plain(item.text)]
        return same[0] if same else near[0] if len(near) == 1 else None


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def decode(hexadecimal: str) -> ProactiveCommand:
    """A proactive command as the module hands it on."""
    cursor = Octets(from_hex(hexadecimal))
    tag = cursor.one("tag")
    if tag != _PROACTIVE:
        raise PduError(f"0x{tag:02X} does not begin a proactive command")
    body = cursor.take(tlv.read_length(cursor), "proactive command")
    if cursor.rest().strip(b"\xff"):
        raise PduError(f"{cursor.left} octets behind the end of the proactive command")
    elements = tlv.read_elements(body)
    number, kind, qualifier = _mandatory(elements, 0, Tag.COMMAND_DETAILS, 3)
    source, destination = _mandatory(elements, 1, Tag.DEVICE_IDENTITIES, 2)
    return _command(number, kind, qualifier, source, destination, elements[2:])


def _mandatory(elements: tuple[Element, ...], place: int, tag: Tag, octets: int) -> bytes:
    if len(elements) <= place or elements[place].tag != tag or len(elements[place].value) != octets:
        raise PduError(f"the proactive command lacks its {tag.name.lower().replace('_', ' ')}")
    return elements[place].value


def _command(
    number: int, kind: int, qualifier: int, source: int, destination: int, elements: tuple[Element, ...]
) -> ProactiveCommand:
    first = {element.tag: element.value for element in reversed(elements)}
    text, default = first.get(Tag.TEXT_STRING), first.get(Tag.DEFAULT_TEXT)
    alpha, ussd = first.get(Tag.ALPHA_IDENTIFIER), first.get(Tag.USSD_STRING)
    tpdu, item_id = first.get(Tag.SMS_TPDU), first.get(Tag.ITEM_IDENTIFIER)
    lengths, number_called = first.get(Tag.RESPONSE_LENGTH), first.get(Tag.ADDRESS)
    return ProactiveCommand(
        number=number,
        type=kind,
        qualifier=qualifier,
        source=source,
        destination=destination,
        alpha=None if alpha is None else stk_text.alpha(alpha),
        text=None if text is None else stk_text.text_string(text),
        default_text=None if default is None else stk_text.text_string(default),
        items=tuple(_item(element.value) for element in elements if element.tag == Tag.ITEM and element.value),
        default_item=None if item_id is None else Octets(item_id).one("item identifier"),
        response_length=None if lengths is None else _response_length(lengths),
        address=None if number_called is None else _address(number_called),
        tpdu_hex=None if tpdu is None else tpdu.hex().upper(),
        ussd=None if ussd is None else stk_text.ussd_string(ussd),
        elements=elements,
    )


def _item(value: bytes) -> Item:
    """An empty item takes the menu away (ETSI TS 102 223 §6.6.7) and is none."""
    return Item(id=value[0], text=stk_text.alpha(value[1:]))


def _response_length(value: bytes) -> ResponseLength:
    if len(value) != 2:
        raise PduError(f"a response length of {len(value)} octets")
    return ResponseLength(least=value[0], most=value[1])


def _address(value: bytes) -> Address:
    """Type of number, then digits up to the end (ETSI TS 102 223 §8.1)."""
    return address.read_rest(Octets(value), "address")


def response(
    command: ProactiveCommand,
    result: GeneralResult = GeneralResult.PERFORMED,
    *,
    item: int | None = None,
    text: bytes | None = None,
) -> str:
    """A terminal response (ETSI TS 102 223 §6.8): the command's details repeated, then the result.

    ``item``: the chosen one's identifier. ``text``: a text string, see ``answer``.
    """
    octets = tlv.write(
        Tag.COMMAND_DETAILS | tlv.COMPREHENSION, bytes((command.number, command.type, command.qualifier))
    )
    octets += tlv.write(Tag.DEVICE_IDENTITIES | tlv.COMPREHENSION, bytes((Device.TERMINAL, Device.CARD)))
    octets += tlv.write(Tag.RESULT | tlv.COMPREHENSION, bytes((result,)))
    if item is not None:
        octets += tlv.write(Tag.ITEM_IDENTIFIER | tlv.COMPREHENSION, bytes((_identifier(item),)))
    if text is not None:
        octets += tlv.write(Tag.TEXT_STRING | tlv.COMPREHENSION, text)
    return octets.hex().upper()


def answer(command: ProactiveCommand, text: str) -> bytes:
    """What was typed, as GET INPUT and GET INKEY want it; PduError when they don't want it at all.

    GET INKEY may ask for ``yes`` or ``no`` (ETSI TS 102 223 §8.15: one octet, 1 or 0).
    """
    if command.kind is CommandType.GET_INKEY and command.qualifier & _ASKS_YES_OR_NO:
        if text.casefold() not in ("yes", "no"):
            raise PduError("yes or no is asked for")
        return bytes((stk_text.UNPACKED, text.casefold() == "yes"))
    limits = command.response_length or ResponseLength(least=1, most=1)
    if command.kind is CommandType.GET_INPUT and command.response_length is None:
        limits = ResponseLength(least=0, most=_LONGEST_INPUT)
    if not limits.least <= len(text) <= limits.most:
        raise PduError(f"{limits.least} to {limits.most} characters are asked for")
    if command.qualifier & _ASKS_UCS2:
        return stk_text.encode_text_string(text, stk_text.UCS2)
    packed = command.kind is CommandType.GET_INPUT and command.qualifier & _ASKS_PACKED
    return stk_text.encode_text_string(text, stk_text.PACKED if packed else stk_text.UNPACKED)


def menu_selection(item: int, *, short: bool = False) -> str:
    """The envelope for an item of the card's main menu (ETSI TS 102 223 §7.2).

    ``short`` leaves out who speaks (the keypad) and names the card alone: there are cards that take only this.
    """
    identities = (Device.CARD,) if short else (Device.KEYPAD, Device.CARD)
    body = tlv.write(Tag.DEVICE_IDENTITIES | tlv.COMPREHENSION, bytes(identities))
    body += tlv.write(Tag.ITEM_IDENTIFIER | tlv.COMPREHENSION, bytes((_identifier(item),)))
    return (bytes((_MENU_SELECTION,)) + tlv.length(len(body)) + body).hex().upper()


def _identifier(item: int) -> int:
    if not 0 < item <= _LARGEST_ITEM:
        raise PduError(f"{item} is no item identifier")
    return item
