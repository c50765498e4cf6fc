"""The component of spaCy."""

import pytest
import spacy
from conftest import TEXTS

import pressmark


@pytest.fixture(scope="module")
def nlp():
    nlp = spacy.blank("en")
    nlp.add_pipe("pressmark")
    return nlp


def test_the_component_is_found_by_its_name_and_sets_entities(nlp):
    doc = nlp(TEXTS[0])
    people = [ent for ent in doc.ents if ent.label_ == "PERSON"]
    assert [person.text for person in people] == ["Ingrid Solberg", "Solberg"]
    assert [person._.entity.name for person in people] == ["Ingrid Solberg"] * 2
    assert people[0].kb_id_ == people[1].kb_id_ == people[0]._.entity.id
    assert doc._.pressmark.text == doc.text


def test_quotations_have_speakers_and_the_summary_ranks(nlp):
    doc = nlp(TEXTS[0])
    (quote,) = doc.spans["quotes"]
    assert quote.text == "“It is not safe,”" and quote.label_ == "direct" and quote._.speaker.name == "Ingrid Solberg"
    assert sorted(span._.rank for span in doc.spans["summary"]) == list(range(1, len(doc.spans["summary"]) + 1))
    assert doc._.frames[0].score >= doc._.frames[-1].score


def test_spans_are_widened_to_spacy_s_tokens():
    nlp = spacy.blank("en")
    # Words are what stands between spaces: a comma belongs to the word before it.
    nlp.tokenizer = spacy.tokenizer.Tokenizer(nlp.vocab)
    nlp.add_pipe("pressmark")
    doc = nlp("😀 The minister, Ingrid Solberg, closed the bridge in Oslo, Norway, on Monday, and nobody knows for how long.")
    assert "Ingrid Solberg," in [ent.text for ent in doc.ents]


def test_entities_that_are_there_may_stay():
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "BRIDGE", "pattern": "old bridge"}])
    nlp.add_pipe("pressmark", config={"overwrite_ents": False, "settings": {"stages": ["ner"]}})
    labels = {ent.label_ for ent in nlp(TEXTS[0]).ents}
    assert {"BRIDGE", "PERSON"} <= labels


def test_empty_and_odd_texts_go_through(nlp):
    for text in ["", " ", "\n\n", "!", TEXTS[2] + "\r\n\r\n" + TEXTS[1]]:
        assert nlp(text).text == text


def test_a_pipeline_is_saved_and_loaded(nlp, tmp_path):
    nlp.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    assert [ent.text for ent in again(TEXTS[1]).ents] == [ent.text for ent in nlp(TEXTS[1]).ents]


def test_a_record_goes_into_a_document(press):
    row = press.annotate(TEXTS[0])
    doc = pressmark.to_spacy(row)
    assert doc.text == row.text and len(doc) == len(row.tokens)
    assert [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents] == [
        (ent.start, ent.end, ent.label) for ent in row.ents
    ]
    assert [sent.start_char for sent in doc.sents] == [sent.start for sent in row.sents]
    assert doc.spans["quotes"][0]._.speaker.name == "Ingrid Solberg"
    tokenized = pressmark.to_spacy(row, spacy.blank("en"))
    assert tokenized.text == row.text and tokenized.spans["quotes"][0].text == "“It is not safe,”"
