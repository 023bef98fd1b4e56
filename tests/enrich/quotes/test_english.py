"""What counts as a quotation in English, and whose it is: one construction a case."""

import pytest

from tests.enrich.quotes.bodies import mention, shown

BEHIND = [
    ("“We will go,” said {PER Anne Martin}.", "We will go, | Anne Martin"),
    ("“We will go,” {PER Anne Martin} said.", "We will go, | Anne Martin"),
    ("“We will go,” {PER Anne Martin} told reporters.", "We will go, | Anne Martin"),
    ("“We will go”, says {PER Anne Martin}.", "We will go | Anne Martin"),
    ("“We will go” said {PER Anne Martin}.", "We will go | Anne Martin"),
    ("“We will go,” said {PER Anne Martin}, mayor of {LOC Lyon}.", "We will go, | Anne Martin"),
    ("“We will go,” said {PER Anne Martin} of {ORG Amnesty}.", "We will go, | Anne Martin"),
    ("“We will go,” demanded {PER Anne Martin} from the stage.", "We will go, | Anne Martin"),
    ("“We will go,” said the minister.", "We will go, | the minister"),
    ("“We will go,” said the minister of state in a statement.", "We will go, | the minister of state"),
    ("“We will go,” said Professor {PER Anne Martin}.", "We will go, | Anne Martin"),
    ("“We will go,” Mr. {PER Smith} said.", "We will go, | Smith"),
    ("“We will go,” the mayor {PER Anne Martin} said.", "We will go, | Anne Martin"),
    ("“We will go,” chief executive {PER Anne Martin} said.", "We will go, | Anne Martin"),
    ("“We will go,” {PER Anne Martin}, who is 40, said.", "We will go, | Anne Martin"),
    ("“We will go,” {PER Anne Martin}, the mayor, told the {ORG BBC}.", "We will go, | Anne Martin"),
    ("“We will go,” the firm said in its statement.", "We will go, | the firm"),
    ("“We will go,” the {ORG White House} said.", "We will go, | White House"),
    ("“We will go,” {PER Anne Martin}'s spokesman said.", "We will go, | Anne Martin's spokesman"),
    ("“We will go,” a friend of {PER Anne Martin} said.", "We will go, | a friend of Anne Martin"),
    ("“We will go,” another user wrote.", "We will go, | another user"),
    ("“We will go,” read a statement.", "We will go, | a statement"),
    ("“We will go,” police said.", "We will go, | police"),
    ("“We will go,” according to {PER Anne Martin}.", "We will go, | Anne Martin"),
    ("“We will go”, according to a police spokesman.", "We will go | a police spokesman"),
    ("“Will we go?” {PER Anne Martin} asked.", "Will we go? | Anne Martin"),
    ("“Go!” shouted {PER Anne Martin}.", "Go! | Anne Martin"),
    ("“Never,” said {PER Anne Martin}.", "Never, | Anne Martin"),
    ("The trip was “a very sad day”, {PER Anne Martin} tweeted.", "a very sad day | Anne Martin"),
    (
        "He died “suddenly yet peacefully” at home, according to {PER Anne Martin}.",
        "suddenly yet peacefully | Anne Martin",
    ),
    (
        "It was “a very sad day” for all, {PER Anne Martin} told the {ORG BBC}.",
        "a very sad day | Anne Martin",
    ),
    ("“We will go,” said in a statement.", "We will go, | -"),
]
BEFORE = [
    ("{PER Anne Martin} said: “We will go.”", "We will go. | Anne Martin"),
    ("{PER Anne Martin} said:\n\n“We will go.”", "We will go. | Anne Martin"),
    ("{PER Anne Martin} said, “We will go.”", "We will go. | Anne Martin"),
    ("{PER Anne Martin} today said, “We will go.”", "We will go. | Anne Martin"),
    ("{PER Anne Martin} told {ORG BBC Radio}: “We will go.”", "We will go. | Anne Martin"),
    ("The minister said: “Yes.”", "Yes. | The minister"),
    ("In a statement, {ORG Acme} said: “Yes.”", "Yes. | Acme"),
    ("In a statement, the firm said: “Yes.”", "Yes. | the firm"),
    ("But the firm said: “Yes.”", "Yes. | the firm"),
    ("{PER Anne Martin}, the mayor of {LOC Lyon}, said: “Yes.”", "Yes. | Anne Martin"),
    ("The mayor of {LOC Lyon}, {PER Anne Martin}, said: “Yes.”", "Yes. | Anne Martin"),
    ("{PER Anne Martin}, {PER Bob}'s mother, said: “Yes.”", "Yes. | Anne Martin"),
    ("{PER Anne Martin}, who served under {PER Bob Smith}, said: “Yes.”", "Yes. | Anne Martin"),
    (
        "{PER Anne Martin}, leader of Freedom and Roam said that “it was enough”.",
        "it was enough | Anne Martin",
    ),
    ("A {ORG Greene King} spokesperson said: “Yes.”", "Yes. | A Greene King spokesperson"),
    ("Farmer {PER Anne Martin} said: “Yes.”", "Yes. | Anne Martin"),
    (
        "{PER Anne Martin} agreed and called on leaders to “stop this at once”.",
        "stop this at once | Anne Martin",
    ),
    (
        "{PER Anne Martin} paid tribute to her “kind and gentle” {MISC Husky}.",
        "kind and gentle | Anne Martin",
    ),
    ("{PER Anne Martin} said the war was a “crime against us”.", "crime against us | Anne Martin"),
    ("A man stopped the show, saying “bring it back now”.", "bring it back now | A man"),
    ("A friend of {PER Anne Martin} stopped the show, saying: “Yes.”", "Yes. | A friend of Anne Martin"),
    ("{PER Anne Martin} was described by her lawyer as “a private person”.", "a private person | her lawyer"),
    ("Calling it “a very sad day”, {PER Anne Martin} left.", "a very sad day | Anne Martin"),
    ("According to {PER Anne Martin}, “it has to stop”.", "it has to stop | Anne Martin"),
    ("{PER Anne Martin}: “Yes.”", "Yes. | Anne Martin"),
    ("The {ORG UN} has condemned the “use of force”.", "use of force | UN"),
    ("Critics say it is “a waste of money”.", "a waste of money | Critics"),
    ("The bank, which lost millions, said: “Yes.”", "Yes. | The bank"),
]
PRONOUNS = [
    ("{PER Anne Martin} is here. “We will go,” she said.", "We will go, | Anne Martin"),
    ("{PER Anne Martin} is here. She said: “Yes.”", "Yes. | Anne Martin"),
    ("{PER Bob Smith} spoke of {PER Anne Martin}. He said: “Yes.”", "Yes. | Bob Smith"),
    ("Ms {PER Martin} met Mr {PER Smith}. “Yes,” he said.", "Yes, | Smith"),
    ("Mr {PER Smith} met Ms {PER Martin}. “Yes,” she said.", "Yes, | Martin"),
    ("It is owned by {PER Bob Smith}. “Yes,” he said.", "Yes, | Bob Smith"),
    ("A spokeswoman said no to {PER Bob}. “Yes,” she added.", "Yes, | A spokeswoman"),
    ("The ministry said no. “Yes,” it said.", "Yes, | The ministry"),
    ("{ORG Acme} has lost. It said: “Yes.”", "Yes. | Acme"),
    ("“Yes,” he said.", "Yes, | -"),
    ("“Yes,” they said.", "Yes, | -"),
    ("{PER Anne Martin} is here. According to her, “it has to stop”.", "it has to stop | Anne Martin"),
    (
        "{PER Anne Martin} is ill.\n\n“We all hope that she gets well.”",
        "We all hope that she gets well. | Anne Martin",
    ),
]
SEVERAL = [
    (
        "“We will go,” {PER Anne Martin} told reporters. “We will win.”",
        ["We will go, | Anne Martin", "We will win. | Anne Martin"],
    ),
    (
        "“We will go,” said {PER Anne Martin}, “and win.”",
        ["We will go, | Anne Martin", "and win. | Anne Martin"],
    ),
    (
        "“We will go,” she said, “and win.” {PER Anne Martin} left.",
        ["We will go, | -", "and win. | -"],
    ),
    (
        "“We will go,” said {PER Anne Martin}.\n\n“We will not stop.\n\n“We will win,” she added.",
        ["We will go, | Anne Martin", "We will not stop. “We will win, | Anne Martin"],
    ),
    (
        "“We will go,” said {PER Anne Martin}, adding that it was “quite a long way”.",
        ["We will go, | Anne Martin", "quite a long way | Anne Martin"],
    ),
    (
        "{PER Anne Martin} said it was “no good at all” and “of no use at all”.",
        ["no good at all | Anne Martin", "of no use at all | Anne Martin"],
    ),
    (
        "“Yes,” said {PER Anne Martin}. “No,” said {PER Bob Smith}.",
        ["Yes, | Anne Martin", "No, | Bob Smith"],
    ),
]
NONE = [
    "{PER Anne Martin} saw “Star Wars” and left.",
    "{PER Anne Martin} said she had seen “Star Wars”.",
    "{PER Anne Martin} spoke at a talk on “Peace and Social Justice” today.",
    "The so-called “war on the poor” goes on, {PER Anne Martin} said.",
    "It is known as “the city of light”, said {PER Anne Martin}.",
    "{PER Anne Martin} said it was “absurd”.",
    "The “very fine shop” is open.",
    "“I made sense of it all by art”\n\nTwo theatres open.",
    "He was acclaimed as “a very great man”.",
    "The United States “very much likes” it.",
    "“Good day.”",
    "It’s the dogs’ and the cats’ home, {PER Anne Martin} said.",
    "5'11\" tall and 6'2\" tall, said {PER Anne Martin}.",
]


@pytest.mark.parametrize(("body", "found"), [*BEHIND, *BEFORE, *PRONOUNS])
def test_a_quotation_has_its_speaker(body: str, found: str) -> None:
    assert shown(body, "en") == [found]


@pytest.mark.parametrize(("body", "found"), SEVERAL)
def test_quotations_in_a_row(body: str, found: list[str]) -> None:
    assert shown(body, "en") == found


@pytest.mark.parametrize("body", NONE)
def test_not_all_that_stands_in_marks_is_a_quotation(body: str) -> None:
    assert shown(body, "en") == []


MARKS = ["“{}”", '"{}"', "‘{}’", "'{}'", "„{}“", "«{}»", "``{}''", "''{}''"]


@pytest.mark.parametrize("marks", MARKS)
def test_all_marks_are_the_same(marks: str) -> None:
    said = marks.format("We don't go,")
    assert shown(f"{said} said {{PER Anne Martin}}.", "en") == ["We don't go, | Anne Martin"]


@pytest.mark.parametrize("body", [each for each, _ in (*BEHIND, *BEFORE, *PRONOUNS)])
def test_straight_marks_are_the_same(body: str) -> None:
    straight = body.replace("“", '"').replace("”", '"')
    assert shown(straight, "en") == shown(body, "en")


def test_the_speaker_is_the_fullest_form_and_the_mention_what_stands_there() -> None:
    body = "{PER Anne Martin} is here. “We will go,” Ms {PER Martin} said."
    assert shown(body, "en") == ["We will go, | Anne Martin"]
    assert mention(body, "en") == "Martin"
