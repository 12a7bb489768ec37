"""Charts of a report as SVG. They are drawn here and load nothing, so that the page is one file.

matplotlib draws them: it is kept by many, needs no browser, and its SVG has text that can be read.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING

from domain.case.status import Status
from domain.shared.codes import plain
from reports.measures import Measures

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOURS_SHOWN = 96
_TEAL, _RED, _GREY = "#1f6f78", "#b3432f", "#8a8f98"
ENDINGS = {Status.RESOLVED: _TEAL, Status.WITHDRAWN: _GREY, Status.DEACTIVATED: _RED}


class NoCharts(Exception):
    """The library that draws is not installed. The message says how to install it."""


def require_charts() -> None:
    """Raise NoCharts unless the library that draws is installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise NoCharts("charts need matplotlib: make report") from None


def funnel(of: Measures) -> str:
    """Return how many cases got how far, from opened to resolved."""
    steps = {
        "opened": of.cases,
        "a notice got through": of.began,
        "reached": of.reached,
        "plan submitted": of.with_plan,
        "resolved": of.statuses[Status.RESOLVED],
        "ever escalated": of.escalated,
        "deactivated": of.statuses[Status.DEACTIVATED],
    }
    with _drawing(7, 3, "From opened to ended") as (axes, drawn):
        colours = [_TEAL] * 5 + [_GREY, _RED]
        bars = axes.barh(list(steps), list(steps.values()), color=colours)
        axes.bar_label(bars, [f" {n} ({_percent(of.share(n))})" for n in steps.values()])
        axes.invert_yaxis()
        axes.set_xlim(0, max(of.cases, 1) * 1.25)
        axes.xaxis.set_visible(False)
    return drawn[0]


def time_to_contact(of: Measures) -> str:
    """Return the share of cases reached, by hours since they opened."""
    hours = list(range(_HOURS_SHOWN + 1))
    shares = [100 * (of.share(of.hours_to_contact.at_most(hour)) or 0) for hour in hours]
    with _drawing(7, 3, "Reached within so many hours, % of all cases") as (axes, drawn):
        axes.step(hours, shares, where="post", color=_TEAL, linewidth=2)
        axes.axvline(72, color=_RED, linestyle=":", linewidth=1)
        axes.set_xticks(range(0, _HOURS_SHOWN + 1, 12))
        axes.set_xlim(0, _HOURS_SHOWN)
        axes.set_ylim(0, 100)
        axes.set_xlabel("hours since the case opened")
    return drawn[0]


def answered_calls(of: Measures) -> str:
    """Return a heat map of how many calls that rang were answered, by the seller's hour."""
    rates = [
        [
            of.answered[day, hour] / of.rang[day, hour] if of.rang[day, hour] else float("nan")
            for hour in range(24)
        ]
        for day in range(7)
    ]
    with _drawing(9, 3.4, "Answered of calls that rang, %, where the seller is") as (axes, drawn):
        axes.imshow(rates, cmap="YlGnBu", vmin=0, vmax=1, aspect="auto")
        for day, of_day in enumerate(rates):
            for hour, rate in enumerate(of_day):
                if of.rang[day, hour]:
                    axes.text(
                        *(hour, day, f"{100 * rate:.0f}"),
                        ha="center",
                        va="center",
                        fontsize=7,
                        color="white" if rate > 0.6 else "black",
                    )
        axes.set_yticks(range(7), WEEKDAYS)
        axes.set_xticks(range(24))
        axes.set_xlabel("hour")
    return drawn[0]


def endings(groups: Sequence[tuple[str, Measures]], title: str) -> str:
    """Return how cases ended, a bar for each group."""
    names = [name for name, _ in groups]
    with _drawing(7, 1.2 + 0.4 * len(names), title) as (axes, drawn):
        left = [0.0] * len(names)
        for status, colour in ENDINGS.items():
            widths = [100 * (of.share(of.statuses[status]) or 0) for _, of in groups]
            axes.barh(names, widths, left=left, color=colour, label=plain(status))
            left = [before + width for before, width in zip(left, widths, strict=True)]
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.set_xlabel("% of the cases")
        axes.figure.legend(ncols=len(ENDINGS), loc="outside lower left", frameon=False)
    return drawn[0]


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


@contextmanager
def _drawing(width: float, height: float, title: str) -> Iterator[tuple["Axes", list[str]]]:
    """Give an empty chart to draw on. When the block ends, the list has it as SVG.

    Raises:
        NoCharts: the library is not installed.
    """
    require_charts()
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    drawn: list[str] = []
    # Text stays text. The ids are always the same, so that the same cases give the same file.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": title, "font.family": "sans-serif"}):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_title(title, loc="left", fontsize=11, fontweight="bold")
        yield axes, drawn
        written = StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(written, format="svg", metadata=nothing)
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    # Several charts are on one page, and ids must differ there.
    prefix = re.sub(r"\W+", "-", title).strip("-").lower()
    svg = re.sub(r'(id="|xlink:href="#|url\(#)', rf"\g<1>{prefix}-", svg)
    label = title.replace("&", "&amp;").replace('"', "&quot;")
    drawn.append(svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1))
