"""The tables of docs/CREDIT.md, made of the profiles that come with smsmqtt and of the answers that are known.

``PYTHONPATH=tests python -m support.credit_page`` writes them into the page. What is read is read by the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from support.pages import ROOT
from support.replies_of_carriers import ANSWERS, FAILURES, OTHERS, profiles

from smsmqtt.carriers import shelf
from smsmqtt.carriers.profile import NoAnswerNow, Profile, Reading

PAGE = ROOT / "docs" / "CREDIT.md"
END = "<!-- end -->"
UNSEEN = {"\n": " ⏎ ", "\x02": "␂", "|": "\\|"}


def carriers() -> Iterator[str]:
    """One row for each profile that comes with smsmqtt."""
    yield "| `carrier` | | country | asked by | answers | currency | low |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name, profile in sorted(shelf.load().items()):
        answers = f"a text from {', '.join(profile.answer_from)}" if profile.answer_from else "at once"
        cells = (f"`{name}`", profile.name, profile.country, _way(profile), answers, profile.currency, profile.low)
        yield f"| {' | '.join(map(str, cells))} |"


def answers() -> Iterator[str]:
    """One row for each text that a carrier is known to have sent."""
    known = profiles()
    yield "| carrier | text | credit | currency | expires |"
    yield "| --- | --- | --- | --- | --- |"
    for answer in ANSWERS:
        name = answer.carrier if answer.carrier not in OTHERS else f"{answer.carrier} \\*"
        yield f"| {name} | {_shown(answer.text)} | {' | '.join(_read(known[answer.carrier], answer.text))} |"
    for text in filter(None, FAILURES):
        yield f"| every one | {_shown(text)} | {' | '.join(_read_by_all(known, text))} |"


def _way(profile: Profile) -> str:
    ask = profile.ask
    if ask.toolkit:
        return f"the SIM's menu, {' → '.join(map(str, ask.toolkit.menu))}"
    if ask.ussd:
        return f"code `{ask.ussd.code}`"
    assert ask.sms
    return f"text `{ask.sms.text}` to {ask.sms.to}"


def _read(profile: Profile, text: str) -> tuple[str, str, str]:
    reading = profile.read(text)
    if isinstance(reading, Reading):
        return str(reading.credit), reading.currency, str(reading.expires or "")
    return "none now" if isinstance(reading, NoAnswerNow) else "none", "", ""


def _read_by_all(known: Mapping[str, Profile], text: str) -> tuple[str, str, str]:
    """A failure must give no amount to anybody: then the most that somebody knows of it."""
    readings = {_read(profile, text) for profile in known.values()}
    return max(readings, key=lambda reading: (reading[1] != "", reading[0]))


def _shown(text: str) -> str:
    for unseen, seen in UNSEEN.items():
        text = text.replace(unseen, seen)
    return f"`{text}`"


TABLES = {"carriers": carriers, "answers": answers}


def refreshed(page: str) -> str:
    """The page with its tables as they would be made now."""
    for name, table in TABLES.items():
        made = "\n".join(table())
        start = re.search(rf"<!-- {name}: .*-->\n", page)
        assert start, name
        page = f"{page[: start.end()]}\n{made}\n\n{page[page.index(END, start.end()) :]}"
    return page


if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text("utf-8")), "utf-8")
