"""The plots, as numbers for SVG: what a line's credit was, and how long the line was held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from smsmqtt.model import BalanceReply
from smsmqtt.store.holds import QUARTER_S, QUARTERS, Quarter

WIDTH, HEIGHT, LEAST = 480, 64, 3.0
"""``LEAST``: a bar that can still be seen."""
TELLING_S = 300
"""A quarter hour that was seen for less says little: one short hold fills it."""
SCALES = (0.05, 0.1, 0.2, 0.5, 1.0)
"""The share that the top of the plot stands for: the least that shows all."""


@dataclass(frozen=True, kw_only=True)
class CreditPlot:
    """``line``: points of the steps; ``area``: the same down to zero. The top is the ``highest``."""

    line: str
    area: str
    first: BalanceReply
    last: BalanceReply
    highest: Decimal
    lowest: Decimal


@dataclass(frozen=True, kw_only=True)
class Bar:
    x: float
    y: float
    height: float


@dataclass(frozen=True, kw_only=True)
class HoldPlot:
    """``share`` of the time since ``since``, ``peak`` of the quarter hour at ``peak_at``; ``scale``: of the top."""

    bars: tuple[Bar, ...]
    share: float
    held_s: float
    since: datetime
    whole_day: bool
    peak: float
    peak_at: datetime
    scale: float


def credit_plot(history: Sequence[BalanceReply], now: datetime) -> CreditPlot | None:
    """None when there is no course to show. Another currency begins a new one."""
    same = [reply for reply in history if reply.currency == history[-1].currency]
    if len(same) < 2:
        return None
    highest = max(reply.credit for reply in same)
    span_s = max((now - same[0].at).total_seconds(), 1.0)
    points: list[tuple[float, float]] = []
    for reply in same:
        x = WIDTH * (reply.at - same[0].at).total_seconds() / span_s
        y = HEIGHT * (1 - max(float(reply.credit), 0.0) / max(float(highest), 0.01))
        points += [(x, points[-1][1]), (x, y)] if points else [(x, y)]
    points.append((float(WIDTH), points[-1][1]))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return CreditPlot(
        line=line,
        area=f"0,{HEIGHT} {line} {WIDTH},{HEIGHT}",
        first=same[0],
        last=same[-1],
        highest=highest,
        lowest=min(reply.credit for reply in same),
    )


def hold_plot(quarters: Sequence[Quarter | None], since: datetime | None, now: datetime) -> HoldPlot | None:
    """None before the first session."""
    seen = {nr: quarter for nr, quarter in enumerate(quarters) if quarter is not None}
    if since is None or not seen:
        return None
    held_s = sum(quarter.held_s for quarter in seen.values())
    share = held_s / sum(quarter.seen_s for quarter in seen.values())
    peak_nr = _peak(seen, share)
    peak = seen[peak_nr].share
    scale = next((scale for scale in SCALES if peak <= scale), SCALES[-1])
    day_ago = now - timedelta(seconds=QUARTER_S * QUARTERS)
    return HoldPlot(
        bars=tuple(_bar(nr, min(quarter.share / scale, 1.0)) for nr, quarter in seen.items() if quarter.held_s),
        share=share,
        held_s=held_s,
        since=max(since, day_ago),
        whole_day=since <= day_ago,
        peak=peak,
        peak_at=_quarter_at(now, QUARTERS - 1 - peak_nr),
        scale=scale,
    )


def _peak(seen: Mapping[int, Quarter], mean: float) -> int:
    """The quarter hour with the largest share, never below the mean; the one just begun for want of others."""
    telling = [nr for nr, quarter in seen.items() if quarter.seen_s >= TELLING_S]
    peak_nr = max(telling, key=lambda nr: seen[nr].share, default=None)
    if peak_nr is None or seen[peak_nr].share < mean:
        return max(seen, key=lambda nr: seen[nr].share)
    return peak_nr


def _bar(nr: int, filled: float) -> Bar:
    height = max(HEIGHT * filled, LEAST)
    return Bar(x=round(nr * WIDTH / QUARTERS, 1), y=round(HEIGHT - height, 1), height=round(height, 1))


def _quarter_at(now: datetime, quarters_ago: int) -> datetime:
    into_s = now.timestamp() % QUARTER_S
    return now - timedelta(seconds=into_s + quarters_ago * QUARTER_S)
