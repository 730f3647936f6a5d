"""Our forecasts beside other libraries', in one run and one page.

    python -m tests.bench.forecast_report --peers PEERS/bin/python --out REPORT.html

`make bench-forecast` makes the peers' environment first. Needs the folder `shared` beside the checkout.
"""

from __future__ import annotations

import argparse
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from tests.bench.forecast_report import surges, volume
from tests.bench.forecast_report.measured import Section

PARTS = ("volume", "surge")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, required=True, help="interpreter of the peers' environment")
    parser.add_argument("--out", type=Path, default=Path("forecast-report.html"))
    parser.add_argument("--parts", default=",".join(PARTS), help="comma-separated")
    arguments = parser.parse_args()
    chosen = arguments.parts.split(",")
    sections = []
    if "surge" in chosen:
        sections.append(surges.section())
    if "volume" in chosen:
        sections.append(volume.section(python=arguments.peers))
    for section in sections:
        _print(section)
    arguments.out.write_text(_page(sections), encoding="utf-8")
    print(f"\nWritten to {arguments.out}")


def _print(section: Section) -> None:
    print(f"\n{section.title}")
    for each in section.ratios:
        covers = "" if each.coverage_80 is None else f"  80 % covers {each.coverage_80:.0%}"
        print(
            f"  {each.case:38s} {each.model:16s} {each.ratio:.3f} [{each.low:.3f}, {each.high:.3f}]"
            f"{covers}  {each.note}  {each.verdict}"
        )


def _page(sections: list[Section]) -> str:
    pages = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    return pages.get_template("page.html.jinja").render(
        sections=sections,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        machine=f"{platform.machine()}, Python {platform.python_version()}, NumPy {version('numpy')}",
    )


if __name__ == "__main__":
    main()
