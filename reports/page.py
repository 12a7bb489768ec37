"""The report as one HTML file, which loads nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from domain.case.attempt import Channel
from domain.case.status import Status
from domain.shared.codes import plain
from reports.charts import answered_calls, endings, funnel, time_to_contact
from reports.measures import BACKLOG_DAYS, Grouping, Measures, Report
from reports.simulated import Simulated


@dataclass(frozen=True)
class Period:
    """From when to when the cases of a report opened, and when it was made."""

    since: datetime
    until: datetime
    made_at: datetime


def page_of(
    report: Report, period: Period, simulated: Simulated | None = None, missing: int = 0
) -> str:
    """Return the page. `missing` is how many cases could not be read.

    Raises:
        NoCharts: the library that draws is not installed.
    """
    everything = report.all
    charts = [funnel(everything), time_to_contact(everything), answered_calls(everything)]
    weeks = list(report.of(Grouping.WEEK))
    if weeks:
        charts.append(endings(weeks, "How cases ended, by the week in which they opened"))
    # The page's own text is English, as the desk's audit is.
    environment = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("report.html").render(
        period=period,
        missing=missing,
        not_covered=report.not_covered,
        charts=[Markup(chart) for chart in charts],  # noqa: S704  # ours
        groups={by.value: [figures(name, of) for name, of in report.of(by)] for by in Grouping},
        columns=list(figures("", everything)),
        figures=figures("", everything),
        reasons=[
            (plain(status), plain(reason), count)
            for (status, reason), count in everything.reasons.most_common()
        ],
        contacts=[(plain(kind), count) for kind, count in everything.contacts.most_common()],
        reached_by=[(_attempt(*which), n) for which, n in sorted(everything.reached_by.items())],
        plans=sorted(everything.plans_until_accepted.items()),
        backlog=_backlog(everything),
        ages=[*(f"under {days} d" for days in BACKLOG_DAYS), "older"],
        simulated=simulated,
    )


def figures(name: str, of: Measures) -> dict[str, str]:
    """Return the figures of a group in words."""
    return {
        "": name,
        "cases": str(of.cases),
        "reached": percent(of.share(of.reached)),
        "hours to contact, median": number(of.hours_to_contact.quantile(0.5)),
        "hours to contact, 90 %": number(of.hours_to_contact.quantile(0.9)),
        "calls a case": number(of.share(of.calls)),
        "e-mails a case": number(of.share(of.emails)),
        "resolved": percent(of.share(of.statuses[Status.RESOLVED])),
        "escalated": percent(of.share(of.escalated)),
        "deactivated": percent(of.share(of.statuses[Status.DEACTIVATED])),
        "open": str(of.cases - of.ended),
        "review hours, median": number(of.review_hours.quantile(0.5)),
    }


def percent(share: float | None) -> str:
    """Return a share in words."""
    return "-" if share is None else f"{100 * share:.1f} %"


def number(value: float | None) -> str:
    """Return a value in words."""
    return "-" if value is None else f"{value:.1f}"


def _attempt(channel: Channel, count: int) -> str:
    return f"{plain(channel)} {count}"


def _backlog(of: Measures) -> Sequence[tuple[str, list[int]]]:
    statuses = sorted({status for status, _ in of.backlog})
    ages = (*BACKLOG_DAYS, 0)
    return [(plain(status), [of.backlog[status, age] for age in ages]) for status in statuses]
