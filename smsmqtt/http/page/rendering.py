"""Templates to answers. Jinja is imported at the first view: who never looks doesn't pay for it in memory."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from smsmqtt.http.page import words
from smsmqtt.payloads.times import iso

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
MOMENT = re.compile(r"\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z)")
"""As ``iso`` writes it."""
STATIC = {path.name: path for path in (HERE / "static").iterdir()}


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Everything that ``values`` hold is escaped in the template."""
    html = _environment().get_template(template).render(root=root_of(request), edition=edition(), **values)
    return HTMLResponse(html, status)


def root_of(request: Request) -> str:
    """The path that all of ours stand under, without a slash at its end; a proxy may have given us one."""
    return str(request.scope.get("root_path", "")).rstrip("/")


@cache
def edition() -> str:
    """Changes with the static files, so that browsers may keep them for good."""
    return hashlib.sha256(b"".join(STATIC[name].read_bytes() for name in sorted(STATIC))).hexdigest()[:12]


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(iso=iso, clock=clock, day=day, percent=percent, query=urlencode, timed=timed)
    made.globals["words"] = words
    return made


def clock(at: datetime) -> str:
    """For who has no script, which writes it in the reader's own zone."""
    return at.strftime("%d %b %Y, %H:%M UTC")


def timed(sentence: str) -> str:
    """Markup: the moments that a program's sentence holds become times like all others on the page."""
    from markupsafe import Markup, escape

    return Markup("").join(_time(piece) if nr % 2 else escape(piece) for nr, piece in enumerate(MOMENT.split(sentence)))


def _time(written: str) -> str:
    """No moment, if somebody wrote what only looks like one."""
    from markupsafe import Markup

    try:
        told = clock(datetime.fromisoformat(written))
    except ValueError:
        return written
    return Markup('<time datetime="{}" data-style="short">{}</time>').format(written, told)


def day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def percent(share: float) -> str:
    """One digit behind the point where it says something."""
    if 0 < share < 0.0005:
        return "less than 0.1%"
    return f"{share:.1%}".replace(".0%", "%") if share < 0.1 else f"{share:.0%}"
