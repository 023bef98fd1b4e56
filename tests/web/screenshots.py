"""Takes the pictures in docs/img: ``python -m tests.web.screenshots``, or ``make screenshots``.

The newsroom's articles are made up; the services are started for it and removed after.
"""

from __future__ import annotations

import time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PIL import Image
from playwright.sync_api import sync_playwright

from pipeline.settings import Settings
from tests.lag.there import There
from tests.services import Stack
from tests.web import browser, newsroom
from tests.web.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = Path(__file__).parents[2] / "docs" / "img"
DESK: dict[str, Any] = {"viewport": {"width": 1200, "height": 860}}
LAG_S = 100
"""Seconds that the lag is looked at: a hop stops after some twenty, and is judged by a window of sixty."""
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 720}, "device_scale_factor": 2}


def shoot(url: str, folder: Path) -> None:
    """Take them all of the page at this address."""
    folder.mkdir(parents=True, exist_ok=True)
    story, arabic = newsroom.STORY[0].id, newsroom.ARABIC_ONE.id
    shots: tuple[tuple[str, dict[str, Any], Literal["light", "dark"], str], ...] = (
        ("search", DESK, "light", "/?q=storm+OR+tram"),
        ("search-dark", DESK, "dark", "/"),
        ("article", DESK, "light", f"/article/{story}"),
        ("article-arabic", DESK, "light", f"/article/{arabic}"),
        ("search-phone", PHONE, "light", "/?q=storm"),
        ("suggestions", DESK, "light", "/"),
    )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.chromium(), args=["--no-sandbox"])
        for name, size, scheme, path in shots:
            page = chromium.new_page(base_url=url, color_scheme=scheme, **size)
            page.goto(path)
            if name == "suggestions":
                _type(page)
            _keep(page.screenshot(), folder / f"web-{name}.png")
            page.close()
        chromium.close()


def shoot_lag(url: str, folder: Path, settings: Settings) -> None:
    """Take that of the lag, while articles come in, one hop keeps up and the other is stopped halfway."""
    enrich, index = (f"{settings.group}-{hop}" for hop in ("enrich", "index"))
    raw, enriched = settings.topic_raw, settings.topic_enriched
    with There(settings) as there, sync_playwright() as playwright:
        there.make(raw, enriched)
        chromium = playwright.chromium.launch(executable_path=browser.chromium(), args=["--no-sandbox"])
        page = chromium.new_page(base_url=url, color_scheme="light", **DESK)
        page.goto("/lag")
        until = time.monotonic() + LAG_S
        count = 0
        while time.monotonic() < until:
            count += 1
            for partition in (0, 1):
                there.write(raw, 3, partition=partition)
                there.write(enriched, 3, partition=partition)
                there.commit(enrich, raw, 3 * count - partition, partition=partition)
                there.commit(index, enriched, 2 * min(count, 20), partition=partition)
            page.wait_for_timeout(1000)
        _keep(page.screenshot(), folder / "web-lag.png")
        chromium.close()


def _keep(picture: bytes, file: Path) -> None:
    """With few colours, for it has few: a third of the size."""
    with Image.open(BytesIO(picture)) as image:
        image.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(file, optimize=True)


def _type(page: Page) -> None:
    """Begin a name, and wait for what it may go on to be."""
    page.keyboard.type("storm b")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")


if __name__ == "__main__":
    with Stack() as stack:
        newsroom.fill(stack.settings)
        with Site(stack.settings) as site:
            shoot(site.url, FOLDER)
            shoot_lag(site.url, FOLDER, stack.settings)
