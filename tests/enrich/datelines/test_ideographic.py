"""Datelines of Chinese, Japanese and Korean agencies, and brackets that are none."""

# ruff: noqa: RUF001 - the copy has full-width signs

import pytest
from hypothesis import given

from pipeline.enrich.datelines.ideographic import find
from tests.enrich.datelines.hostile import megabytes, texts

CASES = [
    # mainland Chinese
    ("新华社北京6月12日电（记者 张三、李四）", "北京", "新华社"),
    ("新华社北京６月１２日电 ", "北京", "新华社"),
    ("（新华社吉隆坡十二月十五日电）", "吉隆坡", "新华社"),
    ("据新华社北京6月12日电 ", "北京", "新华社"),
    ("新华社日内瓦2024年6月12日电 ", "日内瓦", "新华社"),
    ("新华社北京6月12日专电", "北京", "新华社"),
    ("中新社伊斯兰堡6月12日电 (记者 王五)", "伊斯兰堡", "中新社"),
    ("中新网6月12日电 ", None, "中新网"),
    ("本报北京6月12日讯（记者张三）", "北京", None),
    ("本报讯（记者 张三）", None, None),
    # Taiwan
    ("（中央社台北12日電）", "台北", "中央社"),
    ("（中央社記者陳三豐台北12日電）", "台北", "中央社"),
    ("〔中央社／台北12日電〕", "台北", "中央社"),
    ("〔記者王五／台北報導〕", "台北", None),
    ("記者王五、陳三／高雄即時報導　", "高雄", None),
    # Japanese
    ("【ソウル聯合ニュース】", "ソウル", "聯合ニュース"),
    ("（ワシントン 共同）", "ワシントン", "共同"),
    ("【ワシントン共同】", "ワシントン", "共同"),
    ("【パリ時事】", "パリ", "時事"),
    ("［東京　１２日　ロイター］ - ", "東京", "ロイター"),
    ("【6月12日 AFP】", None, "AFP"),
    ("（共同）", None, "共同"),
    ("【北京＝山田太郎】", "北京", None),
    # Korean
    ("(서울=연합뉴스) 홍길동 기자 = ", "서울", "연합뉴스"),
    ("[서울=뉴시스] ", "서울", "뉴시스"),
]


@pytest.mark.parametrize(("opening", "place", "agency"), CASES)
def test_a_dateline(opening: str, place: str | None, agency: str | None) -> None:
    text = f"{opening}政府発表"
    found = find(text, 0, len(text))
    assert found is not None
    assert [text[each.start : each.end] for each in found.places] == ([place] if place else [])
    assert (text[found.agency.start : found.agency.end] if found.agency else None) == agency
    assert (found.start, text[found.end :]) == (0, "政府発表")
    assert {each.label for each in found.places} <= {"LOC"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "新华社记者在北京获悉，政府将公布新计划。",
        "新华社社长访问巴黎。",
        "中央社會福利政策將於六月公布。",
        "本報告書は政府が公表した。",
        "【速報】大臣が辞任した。",
        "【特集】北京の今＝写真と地図",
        "【】",
        "（写真）大臣が辞任した。",
        "(서울) 정부는 오늘 발표했다.",
        "東京都は12日、計画を公表した。",
        "PARIS (AFP) – Le gouvernement",
        "日本語 (AFP) の本文",
    ],
)
def test_no_dateline(text: str) -> None:
    assert find(text, 0, len(text)) is None


def test_it_may_stand_further_down() -> None:
    text = "見出し\n【パリ時事】政府"
    found = find(text, text.index("【"), len(text))
    assert found is not None
    assert (found.start, text[found.end :]) == (4, "政府")


@given(texts)
def test_any_text_is_read(text: str) -> None:
    found = find(text, 0, min(len(text), 160))
    if found:
        mentions = [*found.places, *([found.agency] if found.agency else [])]
        assert all(found.start <= each.start < each.end <= found.end <= len(text) for each in mentions)


@pytest.mark.timeout(20)
def test_a_megabyte_is_read_at_once() -> None:
    for text in megabytes:
        find(text, 0, 160)
