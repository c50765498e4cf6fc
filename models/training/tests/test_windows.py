"""Windows hold whole sentences; spaces are told from words; summaries to beat are what they should be."""

from tokenizers import Tokenizer, models

from pressmark_training.data.items import Item, Row, Sentence, whole
from pressmark_training.data.rouge import lexrank, rouge1, telling
from pressmark_training.data.words import sentences_of, words_of
from pressmark_training.nn.batch import collate
from pressmark_training.nn.spacing import attached
from pressmark_training.nn.windows import Subwords, pack
from pressmark_training.run.streams import cropped


def subwords() -> Subwords:
    names = ["[UNK]", "[CLS]", "[SEP]", *"abcdefgh"]
    return Subwords(Tokenizer(models.WordLevel({w: i for i, w in enumerate(names)}, unk_token="[UNK]")), 1, 2, 0)


def test_spaces() -> None:
    for text in (
        "He said: \"We (both) paid $40, didn't we?\" Then the so-called deal's end came.",
        "L'accord d'Oslo, qu'il a signé, n'engage que l'Etat.",
    ):
        words = words_of(text)
        rebuilt = "".join(
            w if a or i == 0 else " " + w for i, (w, a) in enumerate(zip(words, attached(words), strict=True))
        )
        assert rebuilt == text


def test_sentences_stay_whole_and_a_long_one_is_split_between_words() -> None:
    item = Item("x", [[Sentence(list("abc")), Sentence(list("defg")), Sentence(list("abcdefghab"))]])
    packed = pack(item, subwords(), limit=8)
    assert [len(w.ids) for w in packed.windows] == [5, 6, 8, 6]
    assert all(w.ids[0] == 1 and w.ids[-1] == 2 for w in packed.windows)
    assert [p[0] for p in packed.words[0][2]] == [2] * 6 + [3] * 4


def test_pair_is_one_window_and_what_does_not_fit_is_not_read() -> None:
    item = Item("x", [[Sentence(list("ab"))], [Sentence(list("cdefgh"))]], pair=True)
    packed = pack(item, subwords(), limit=9)
    assert packed.windows[0].ids == [1, 3, 4, 2, 5, 6, 7, 2]


def test_rows_read_the_words_of_their_spans() -> None:
    items = [Item(n, [[Sentence(list("abc")), Sentence(list("de"))]]) for n in "xy"]
    for item in items:
        item.rows = [
            Row("frames.news", [whole(0, item.texts[0])], [1.0] * 5),
            Row("sentiment", [[(0, 1, 0, 1)], [(0, 1, 0, 2)]], 1),
        ]
    batch = collate([pack(i, subwords()) for i in items], {"frames.news", "sentiment"})
    flat = batch.tokens.ids.tolist()
    read = [flat[a:b] for a, b, _ in batch.ranges.tolist()]
    assert read[:4] == [[3, 4, 5], [6, 7], [6], [6, 7]] and read[4:] == read[:4]
    assert batch.rows["sentiment"].groups == [[1, 2], [4, 5]]


def test_a_sentence_in_two_windows_is_read_in_both_and_nothing_between() -> None:
    item = Item("x", [[Sentence(list("abcdefgh"))]])
    item.rows = [Row("sentiment", [[(0, 0, 1, 2)], [(0, 0, 0, 8)]], 1)]
    batch = collate([pack(item, subwords(), limit=7)], {"sentiment"})
    flat = batch.tokens.ids.tolist()
    read = [flat[a:b] for a, b, group in batch.ranges.tolist() if group == 1]
    assert sorted(read) == [[3, 4, 5, 6, 7], [8, 9, 10]]
    assert sorted(batch.shares.tolist()[1:]) == [3 / 8, 5 / 8]


def test_cropped_text_keeps_the_rows_that_lie_in_it() -> None:
    text = [Sentence(list("abcd")) for _ in range(5)]
    item = Item("x", [text])
    item.rows = [Row("salience", [[span], whole(0, text)], [0.0]) for span in whole(0, text)]
    short = cropped(item, subwords(), most=12)
    assert len(short.texts[0]) == 3 and len(short.rows) == 3
    assert all(len(r.groups[1]) == 3 for r in short.rows)


def test_summaries() -> None:
    texts = [
        "The bridge is shut .",
        "A crane hit the bridge at dawn .",
        "Cafes were open .",
        "Engineers look at the bridge .",
    ]
    assert rouge1("a b c", "a b d") == 100 * 2 / 3
    assert telling(texts, ["A crane hit the bridge at dawn and it is shut"], 2) == {0, 1}
    scores = lexrank(texts)
    assert min(scores) == scores[2] and abs(sum(scores) - 1) < 1e-6


def test_sentences_end_where_they_should() -> None:
    text = "Mr. Hale of the U.S. embassy left. He did not say why. « Rien », dit-il.\nÉlise resta."
    assert [" ".join(s.words[:2]) for s in sentences_of(text)] == ["Mr .", "He did", "« Rien", "Élise resta"]
