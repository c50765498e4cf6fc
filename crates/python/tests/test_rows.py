"""Rows are those of the command, and are reached as attributes and as keys."""

import copy
import datetime
import json
import pickle
from collections.abc import Mapping

import pytest
from conftest import TEXTS, run_command

import pressmark


@pytest.mark.parametrize("text", TEXTS[:3])
def test_a_text_gives_the_line_of_the_command(press, text):
    line = run_command("annotate", "-", "--input-format", "txt", "-q", stdin=text.encode())
    assert [press.annotate(text).to_json()] == line
    assert [press.annotate(text.encode()).to_json()] == line


def test_many_texts_with_what_is_known_of_them_give_the_lines_of_the_command(press):
    rows = [
        {"id": f"n{i}", "headline": f"Story {i}", "body": text, "date": "2024-05-0%d" % (i + 1), "outlet": "The Quay"}
        for i, text in enumerate(TEXTS)
    ]
    stdin = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    lines = run_command("annotate", "-", "--input-format", "jsonl", "-q", stdin=stdin)
    assert [row.to_json() for row in press.annotate_many(rows)] == lines
    assert len(lines) == len(TEXTS)


def test_files_give_the_lines_of_the_command(press, seeds):
    lines = run_command("annotate", str(seeds), "-q")
    assert [row.to_json() for row in press.annotate_files(seeds)] == lines
    assert len(lines) > 10


def test_settings_are_the_options_of_the_command(seeds):
    page = seeds / "03-measles-campaign.txt"
    press = pressmark.Annotator(
        "news",
        ["stance"],
        targets=["the vaccination campaign"],
        codebooks=["news-frames"],
        labels="conll03",
        summary="20%",
        min_score=0.6,
    )
    options = ["--model", "news", "--stages", "stance", "--target", "the vaccination campaign", "--codebook", "news-frames"]
    options += ["--labels", "conll03", "--summary", "20%", "--min-score", "0.6"]
    lines = run_command("annotate", str(page), "-q", *options)
    assert [row.to_json() for row in press.annotate_files(str(page))] == lines


def test_title_date_and_address_are_told_beside_the_text(press):
    row = press.annotate(
        TEXTS[0],
        title="Bridge shut",
        date=datetime.date(2024, 5, 6),
        url="https://www.quay.example/a",
        authors="Ana Reis",
        id="a1",
    )
    assert row.text.startswith("Bridge shut\n\nOSLO")
    assert row.meta.title == "Bridge shut" and row.meta.published == "2024-05-06" and row.meta.authors == ["Ana Reis"]
    assert row.meta.site == "quay.example" and row.source.url == "https://www.quay.example/a" and row.id == "a1"


def test_a_page_is_told_by_how_it_starts(press):
    page = f"<!doctype html><html><body><nav><a href='/'>Home</a></nav><article><h1>Bridge</h1><p>{TEXTS[0]}</p></article>"
    row = press.annotate(page)
    assert "Home" not in row.text and "Ingrid Solberg" in row.text
    assert press.annotate(page.encode()).text == row.text
    assert "<b>" not in press.annotate(f"<p>{TEXTS[1]} <b>It</b> ends.</p>", format="html").text
    assert press.annotate(page, url="https://quay.example/a").text == row.text


def test_keys_and_attributes_say_the_same(press):
    row = press.annotate(TEXTS[0])
    assert isinstance(row, Mapping) and list(row) == list(json.loads(row.to_json()))
    assert row.to_dict() == json.loads(row.to_json()) == dict(row)
    for key in row:
        assert row[key] == getattr(row, key)
    assert row.ents[0].label == row["ents"][0]["label"]
    speaker = row.entity(row.quotes[0].speaker)
    assert speaker is not None and speaker.name == "Ingrid Solberg" and speaker.sentiment.label in ("positive", "neutral", "negative")
    assert isinstance(row.frames[0].evidence, list) and isinstance(row.meta, pressmark.Meta)
    assert row.text_of(row.quotes[0]) == "“It is not safe,”"
    assert "entities" in row and "entites" not in row and row.get("nothing") is None
    with pytest.raises(AttributeError, match="entities"):
        row.entites
    with pytest.raises(KeyError):
        row["entites"]
    with pytest.raises(AttributeError, match="label"):
        row.ents[0].lable


def test_keys_that_a_row_leaves_out_are_none():
    row = pressmark.Annotator(targets=["the old bridge"]).annotate(TEXTS[0])
    coverage = {part.stage: part for part in row.coverage}
    assert coverage["ner"].passages is None and "passages" not in coverage["ner"]
    counted = coverage["stance"].passages
    assert 0 <= counted.read <= counted.found
    for stance in row.stances:
        assert stance.probabilities is None or 0 <= stance.probabilities.in_favor <= 1


def test_offsets_are_those_of_python(press):
    row = press.annotate(TEXTS[2])
    assert "Mercedes" in [row.text_of(ent) for ent in row.ents] or "Argentina" in [row.text_of(ent) for ent in row.ents]
    assert all(row.text_of(token).strip() == row.text_of(token) for token in row.tokens if row.text_of(token).strip())


def test_a_text_without_an_article_is_a_row_that_says_so(press):
    row = press.annotate("")
    assert row.status == "failed" and row.problems[0].kind == "empty"


def test_lone_surrogates_are_told_and_not_dropped(press):
    row = press.annotate("The mayor \ud83d closed the bridge on Monday, and nobody knows for how long.")
    assert "The mayor \ufffd closed" in row.text
    assert "bad_encoding" in [problem.kind for problem in row.problems]


def test_rows_come_back_from_their_lines(press):
    row = press.annotate(TEXTS[0])
    for again in [pressmark.Record.from_json(row.to_json()), pickle.loads(pickle.dumps(row)), copy.deepcopy(row)]:
        assert again == row and hash(again) == hash(row) and again.ents == row.ents
    assert row != press.annotate(TEXTS[1])
    assert row.id in repr(row)
    with pytest.raises(pressmark.InputError, match="pressmark/1"):
        pressmark.Record.from_json("{}")


def test_a_clean_text_stays_as_it_is(press):
    text = "Advertisement\n\n" + TEXTS[0] + " \r\n"
    assert press.annotate(text).text == TEXTS[0]
    row = press.annotate_clean(text)
    assert row.text == text and "Ingrid Solberg" in [row.text_of(ent) for ent in row.ents]
