"""Texts that a reader of datelines must get through: odd signs, half a dateline, a megabyte of one thing."""

# ruff: noqa: RUF001 - the copy stands in the letters of its languages

from __future__ import annotations

from hypothesis import strategies as st

PIECES = (
    *(
        "PARIS",
        "Paris",
        "New York",
        "МОСКВА",
        "القاهرة",
        "北京",
        "ソウル",
        "서울",
        "the",
        "le",
        "12 juin",
        "June 12, 2024",
    ),
    *(
        "(AFP)",
        "(dpa/lby)",
        "/ТАСС/",
        "(أ ف ب)",
        "AFP",
        "РИА Новости",
        "聯合ニュース",
        "新华社",
        "(XYZ)",
        "6月12日电",
    ),
    *(
        " – ",
        " - ",
        "--",
        ": ",
        ". ",
        ", ",
        "/",
        "\n",
        "\n\n",
        " ",
        "【",
        "】",
        "（",
        "）",
        "[",
        "]",
        "(",
        ")",
        "＝",
        "=",
    ),
    *(
        "By Ann Smith",
        "Par Jean Dupont",
        "avec AFP",
        "SPORT.",
        "URGENT - ",
        "©",
        "mas/lma/abl",
        "Copyright",
        "\u200e",
    ),
    *("(Reporting by Ann Smith; Editing by Max Example)", "Le président a dit mardi que tout allait bien."),
)
"""What datelines and credits are made of."""

texts = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=20).map("".join),
    st.text("AB (),-/.:\n12"),
)

MEGABYTE = 1_000_000
megabytes = [
    unit * (MEGABYTE // len(unit))
    for unit in (
        *(
            "A",
            " ",
            "\n",
            "A ",
            "a ",
            "A, ",
            "(",
            ")",
            "(A",
            "A/",
            "-",
            " - ",
            "PARIS ",
            "PARIS (",
            "PARIS (AFP",
        ),
        *(
            "PARIS (AFP) ",
            "(AFP) ",
            "1",
            "A 1 ",
            "A, 1, ",
            "北",
            "（",
            "【",
            "【北＝",
            "新华社",
            "新华社1日",
            "By ",
            "By A ",
        ),
        *(
            "©",
            "a/",
            "a-",
            "Par Jean ",
            "\n(AFP)",
            "\nBy A B",
            ".\n",
            "\u200e",
            "/A",
            "SPORT. ",
            "(SPORT) ",
            "é",
            "A\n",
        ),
    )
]
"""One unit after the other, a million code points of them."""
