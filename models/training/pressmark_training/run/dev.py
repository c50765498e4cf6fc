"""The dev parts that the recipe reports, none of which trains anything or fits a threshold."""

from dataclasses import replace
from pathlib import Path

from ..data import articles, columns, gum, pairs, texts
from ..data.items import Item
from ..data.registry import DataSet, registry

Parts = dict[str, list[Item]]


def _sets() -> dict[str, DataSet]:
    return {s.name: s for s in registry()}


def plain(data_set: DataSet, **labels: str) -> DataSet:
    """The set as gold: without masks, with another label map where one is given."""
    return replace(data_set, masked=(), labels=labels)


CONLL = {"PER": "PERSON", "ORG": "ORG", "LOC": "LOC", "MISC": "MISC"}


def entities(data: Path, languages: tuple[str, ...]) -> Parts:
    """Parts with names; `conllpp` has the types of CoNLL-2003 under our names for them."""
    sets = _sets()
    worldwide = sets["worldwide"]
    folder = sorted((data / worldwide.path).glob("*.tsv"))
    parts = {
        "wikinews": articles.articles(data, sets["wikinews"], "dev"),
        "meantime": articles.articles(data, sets["meantime"], "dev"),
        "worldwide": [columns.worldwide_article(p, worldwide) for p in folder if not columns.worldwide_trains(p.name)],
        "conllpp": columns.documents(data / "ner/conllpp/dev.txt", plain(sets["conllpp"], **CONLL)),
    }
    if "fr" in languages:
        parts["french"] = columns.documents(data / "open/ner/french/dev.txt", plain(sets["french"]))
    return {k: [replace(i, rows=[]) for i in v] for k, v in parts.items()}


def sentiment(data: Path) -> Parts:
    """Tone towards a target in its sentence; in Wikinews within its article."""
    sets = _sets()
    folder = data / sets["newsmtsc"].path
    return {
        "newsmtsc_rw": texts.newsmtsc_part(folder / "dev_rw.jsonl"),
        "newsmtsc_mt": texts.newsmtsc_part(folder / "dev_mt.jsonl"),
        "sentfin": texts.sentfin(data, sets["sentfin"], training=False),
        **{k: _only(articles.articles(data, sets[k], "dev"), "sentiment") for k in ("wikinews", "meantime")},
    }


def frames(data: Path, languages: tuple[str, ...]) -> Parts:
    """Policy frames by paragraph and article, news frames, the eight frames of CCF."""
    sets = _sets()
    out: Parts = {}
    for name in ("wikinews", "meantime"):
        items = articles.articles(data, sets[name], "dev")
        out[name] = [i.only({"frames.policy", "frames.news"}) for i in items]
    out["ccf"] = [
        i.only({"frames.ccf"}) for i in texts.ccf(data, sets["ccf"], training=False) if i.language in languages
    ]
    out["narrative"] = texts.narrative(data, sets["narrative_frames"], training=False)
    out["gvfc"] = texts.gvfc(data, sets["gvfc"], training=False)
    return out


def stance(data: Path, research: bool = False) -> Parts:
    """Stances coded in Wikinews and MEANTIME; VAST, of which one fold is left where the others train."""
    found = pairs.article_stances_part(data, "dev")
    vast = pairs.vast_all(data)
    return {
        "wikinews": [i for i in found if i.source == "wikinews"],
        "meantime": [i for i in found if i.source == "meantime"],
        "vast": pairs.vast_fold(vast, 0)[1] if research else vast,
    }


def summaries(data: Path) -> Parts:
    """Articles with abstracts that people or models wrote, and BBC's extractive ones."""
    sets = _sets()
    return {
        "wikinews": _only(articles.articles(data, sets["wikinews"], "dev"), "salience"),
        "meantime": _only(articles.articles(data, sets["meantime"], "dev"), "salience"),
        "gum": [replace(i, texts=i.texts) for i in gum.gum(data, sets["gum"], training=False) if i.rows],
        "bbc": texts.bbc(data, sets["bbc"], training=False),
    }


def _only(items: list[Item], head: str) -> list[Item]:
    return [i.only({head}) for i in items]


def all_parts(data: Path, languages: tuple[str, ...], research: bool = False) -> dict[str, Parts]:
    """The dev parts of every task."""
    return {
        "entities": entities(data, languages), "sentiment": sentiment(data), "frames": frames(data, languages),
        "stance": stance(data, research), "salience": summaries(data),
    }  # fmt: skip
