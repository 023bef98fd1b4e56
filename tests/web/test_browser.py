"""The page in a real Chromium: accessible, by keyboard alone, on a phone, without a script, and safe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.lag.there import There
from tests.services import apart
from tests.sink.articles import article
from tests.web import browser as needed
from tests.web import newsroom
from tests.web.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.services import Stack

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(needed.chromium() is None, reason=f"there is no Chromium; {needed.INSTALL}"),
]
PAGES = {
    "front": "/",
    "search": "/?q=storm+topic:weather",
    "nothing": "/?q=xylophone",
    "article": f"/article/{newsroom.STORY[0].id}",
    "table": f"/article/{newsroom.TALKS_ONE.id}",
    "arabic": f"/article/{newsroom.ARABIC_ONE.id}",
    "hebrew": f"/article/{newsroom.HEBREW_ONE.id}",
    "hostile": f"/article/{newsroom.HOSTILE_ONE.id}",
    "live": "/live",
    "lag": "/lag",
    "error": "/?q=langue:fr",
    "killed": f"/article/{newsroom.KILLED.id}",
}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
# Chromium says so of any page that is an error, and it is no fault of the page.
STATUS_SAID = "Failed to load resource: the server responded with a status of"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all; it may not reach anything but this machine anyway."""
    with sync_playwright() as playwright:
        # Chromium's own sandbox does not start for root.
        launched = playwright.chromium.launch(executable_path=needed.chromium(), args=["--no-sandbox"])
        yield launched
        launched.close()


@contextmanager
def watched(chromium: Browser, site: Site, **options: Any) -> Iterator[Page]:
    """A page of a context of its own, in which nothing external is asked for and nothing complained of."""
    complaints: list[str] = []
    context = chromium.new_context(base_url=site.url, **options)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.on("request", lambda request: _note_external(request.url, site.url, complaints))
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page
        assert [one for one in complaints if STATUS_SAID not in one] == []
    finally:
        context.close()


def _note_external(address: str, own: str, complaints: list[str]) -> None:
    if not address.startswith((f"{own}/", "data:")):
        complaints.append(f"external request: {address}")


@pytest.fixture
def desk(chromium: Browser, site: Site) -> Iterator[Page]:
    """A page on a desk."""
    with watched(chromium, site, **DESK) as page:
        yield page


def violations(page: Page, name: str, *rules: str) -> list[str]:
    """What axe finds wrong: the page, the rule, the place and why."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
    found = page.evaluate("only => axe.run(document, {runOnly: only})", only)
    assert found["passes"], "axe looked at nothing"
    return [
        f"{name}: {one['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.skipif(not needed.AXE.exists(), reason=f"there is no axe-core; {needed.INSTALL}")
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_wrong_on_a_desk_in_the_dark_and_on_a_phone(name: str, desk: Page) -> None:
    desk.goto(PAGES[name])
    desk.evaluate(needed.AXE.read_text())
    wrong = violations(desk, "light")
    desk.emulate_media(color_scheme="dark")
    wrong += violations(desk, "dark", "color-contrast", "link-in-text-block")
    desk.emulate_media(color_scheme="light")
    desk.set_viewport_size({"width": 360, "height": 740})
    wrong += violations(desk, "phone")
    assert wrong == []
    assert desk.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.mark.skipif(not needed.AXE.exists(), reason=f"there is no axe-core; {needed.INSTALL}")
def test_axe_finds_nothing_wrong_with_the_suggestions(desk: Page) -> None:
    desk.goto("/")
    desk.keyboard.type("kerd")
    desk.get_by_role("option").first.wait_for()
    desk.evaluate(needed.AXE.read_text())
    assert violations(desk, "suggestions") == []


def focused(page: Page) -> str:
    """What has the focus, in a few words."""
    said = page.evaluate(
        "(() => { const e = document.activeElement;"
        " return `${e.tagName} ${e.getAttribute('aria-label') || e.textContent.trim() || e.name || ''}`; })()"
    )
    return str(said)


def test_the_keyboard_alone_finds_and_reads_an_article(desk: Page) -> None:
    desk.goto("/live")
    desk.keyboard.press("Tab")
    assert focused(desk) == "A Skip to the content"
    skip = desk.get_by_text("Skip to the content").bounding_box()
    assert skip
    assert skip["y"] >= 0
    desk.keyboard.press("Enter")
    assert focused(desk).startswith("MAIN")
    desk.keyboard.press("/")
    desk.keyboard.type("storm port")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/?q=storm+port")
    desk.get_by_role("heading", name="3 articles in 1 story").wait_for()
    desk.get_by_text("Skip to the content").focus()
    desk.keyboard.press("Enter")
    stops: list[str] = []
    while not stops or not stops[-1].startswith("A Storm"):
        desk.keyboard.press("Tab")
        stops.append(focused(desk))
        assert len(stops) < 12, stops
    assert sum("articles" in stop or "article" in stop for stop in stops) == 1, "the timeline is one stop"
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/article/*")
    expect(desk.locator("h1")).to_contain_text("Brest")


def test_the_arrow_keys_go_along_the_timeline(desk: Page) -> None:
    desk.goto("/")
    last = desk.locator(".timeline a").last
    last.focus()
    desk.keyboard.press("ArrowLeft")
    desk.keyboard.press("Home")
    assert focused(desk).startswith("a from 1 February 2026")
    desk.keyboard.press("ArrowLeft")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/?q=since*")
    expect(desk.locator(".parts")).to_contain_text("since:2026-02-01")


def test_what_has_the_focus_can_be_seen(desk: Page) -> None:
    desk.goto("/?q=storm")
    for selector in ("#q", ".bar nav a", ".sorts a", ".timeline a", ".hits h2 a", ".facet a"):
        desk.keyboard.press("Tab")
        desk.locator(selector).first.focus()
        shown = desk.evaluate(
            "(() => { const e = document.activeElement;"
            " return getComputedStyle(e).outlineStyle !== 'none'"
            " || [...e.children].some(c => getComputedStyle(c).stroke !== 'none'); })()"
        )
        assert shown, selector


def test_a_name_is_suggested_and_taken_by_the_arrow_keys(desk: Page) -> None:
    desk.goto("/")
    box = desk.get_by_role("combobox")
    expect(box).to_be_focused()
    desk.keyboard.type("sea kerd")
    option = desk.get_by_role("option", name="Maëlle Kerdoncuff")
    option.wait_for()
    expect(box).to_have_attribute("aria-expanded", "true")
    desk.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/?q=sea+person*")
    expect(box).to_have_value('sea person:"Maëlle Kerdoncuff"')


def test_suggestions_go_away_by_escape_and_enter_searches_what_was_typed(desk: Page) -> None:
    desk.goto("/")
    desk.keyboard.type("kerd")
    desk.get_by_role("option").first.wait_for()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("listbox")).to_be_hidden()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/?q=kerd")


def test_markup_in_copy_is_text_and_never_runs(desk: Page) -> None:
    for path in ("/?q=security", PAGES["hostile"]):
        desk.goto(path)
        assert "<script>" in desk.locator("main").inner_text()
        assert "owned" not in desk.title()
        assert desk.locator("main script, main img").count() == 0


def test_right_to_left_copy_begins_at_the_right(desk: Page) -> None:
    for name in ("arabic", "hebrew"):
        desk.goto(PAGES[name])
        paragraph = desk.locator(".body p").first
        assert paragraph.evaluate("e => getComputedStyle(e).direction") == "rtl"
        column = desk.locator(".article").bounding_box()
        box = paragraph.bounding_box()
        assert column
        assert box
        assert abs(box["x"] + box["width"] - column["x"] - column["width"]) < 2


def test_without_a_script_all_but_what_goes_on_by_itself_works(chromium: Browser, site: Site) -> None:
    with watched(chromium, site, **DESK, java_script_enabled=False) as page:
        page.goto("/")
        page.get_by_role("searchbox").fill("news today")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="Nord").click()
        expect(page.get_by_role("list", name="Conditions")).to_contain_text("source:Nord")
        page.get_by_role("link", name="Remove source:Nord").click()
        page.get_by_role("link", name="Oldest").click()
        page.get_by_role("link", name="Next page").click()
        headline = page.locator(".hits h2 a").first.inner_text()
        page.locator(".hits h2 a").first.click()
        expect(page.locator("h1")).to_have_text(headline)
        page.goto("/live")
        assert page.locator("#lines li").count() > 10
        expect(page.locator("#state")).to_contain_text("load it again")
        page.goto("/lag")
        expect(page.locator("#lag")).to_contain_text("enrich")


def test_what_comes_in_is_shown_as_text_and_held_while_paused(chromium: Browser, stack: Stack) -> None:
    settings = apart(stack.settings)
    newsroom.write(settings, [article("first", headline="The first")])

    def arrive(guid: str, headline: str) -> None:
        newsroom.write(settings, [article(guid, headline=headline, language="en")])

    with Site(settings) as site, watched(chromium, site, **DESK) as page:
        page.clock.install()
        page.goto("/live")
        page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
        lines = page.locator("#lines li")
        status = page.get_by_role("status")
        expect(lines).to_have_count(1)
        expect(status).to_have_text("Connected.")
        arrive("second", "<b>Second</b> & <script>document.title='owned'</script>")
        expect(lines).to_have_count(2)
        expect(lines.first).to_contain_text("<b>Second</b> & <script>")
        assert page.title() == "Live – Newswire"
        expect(status).to_have_text("1 article since you came.")
        page.clock.run_for(15_000)
        page.get_by_role("button", name="Pause").press("Enter")
        assert page.get_by_role("button", name="Go on").get_attribute("aria-pressed") is None
        arrive("third", "Third")
        expect(status).to_have_text("2 articles since you came, 1 of them wait.")
        expect(lines).to_have_count(2)
        page.get_by_role("button", name="Go on").press("Enter")
        expect(status).to_have_text("2 articles since you came.")
        expect(lines).to_have_count(3)
        arrive("fourth", "Fourth")
        expect(lines).to_have_count(4)
        page.clock.run_for(14_000)
        expect(status).to_have_text("2 articles since you came.")
        page.clock.run_for(1_000)
        expect(status).to_have_text("3 articles since you came.")
        expect(lines.first).to_contain_text("Fourth")
        lines.first.get_by_role("link").click()
        expect(page.locator("h1")).to_have_text("Fourth")


def test_the_lag_goes_on_by_itself(desk: Page) -> None:
    desk.goto("/lag")
    before = desk.locator("#at").get_attribute("datetime")
    assert before
    expect(desk.get_by_role("status")).to_contain_text("Measured every two seconds")
    expect(desk.locator("#at")).not_to_have_attribute("datetime", before)
    expect(desk.locator("#lag tbody tr").first).to_contain_text("enrich")
    roles = desk.locator("#lag tr, #lag th, #lag td").evaluate_all(
        "all => all.map(e => e.getAttribute('role'))"
    )
    assert set(roles) == {"row", "columnheader", "rowheader", "cell"}


def test_the_lag_of_a_group_that_stops_is_told_and_drawn_without_loading_again(
    chromium: Browser, stack: Stack
) -> None:
    settings = apart(stack.settings)
    with There(settings) as there:
        there.make(settings.topic_raw, settings.topic_enriched)
        there.write(settings.topic_raw, 5)
        there.commit(f"{settings.group}-enrich", settings.topic_raw, 5)
        with Site(settings) as site, watched(chromium, site, **DESK) as page:
            page.goto("/lag")
            hop, part = page.locator("#lag tbody tr").nth(0), page.locator("#lag tbody tr").nth(1)
            expect(hop.locator(".number").first).to_have_text("0")
            there.write(settings.topic_raw, 1234, ago_s=7200)
            expect(hop.locator(".number").first).to_have_text("1,234")
            expect(hop).to_contain_text("2 h 00 min")
            expect(part).to_contain_text("2 h 00 min")
            line = hop.get_by_role("img")
            expect(line).to_have_attribute("aria-label", "at most 2 h 00 min behind in the last 10 min")
            expect(line.locator("path")).to_have_attribute("d", re.compile(r"^M\d+ 100L.* 0$"))
            there.commit(f"{settings.group}-enrich", settings.topic_raw, 0)
            expect(hop.locator(".status")).to_have_text("REWOUND")
            expect(hop.locator(".why")).to_contain_text("the commits went back from 5 to 0")
            expect(part.get_by_role("img")).to_have_count(0)


def test_a_server_that_was_away_is_found_again(chromium: Browser, site: Site) -> None:
    with watched(chromium, site, **DESK) as page:
        answers: list[Literal["refuse", "pass"]] = ["refuse"]
        page.route(
            "**/live/events*",
            lambda route: route.fulfill(status=503) if answers and answers.pop() else route.continue_(),
        )
        page.clock.install()
        page.goto("/live")
        expect(page.get_by_role("status")).to_contain_text("The connection is lost")
        page.clock.run_for(6000)
        expect(page.get_by_role("status")).to_have_text("Connected.")
