"""Tiny models in the layout of the Hugging Face hub, with random weights, and what transformers makes of them.

    pip install torch==2.15.0 transformers==5.23.0 sentencepiece protobuf
    python tiny_models.py ../../crates/rust-bert/tests/models

The tests of pressmark-rust-bert run every pipeline on them and must agree with `reference.json`. The weights say
nothing about the world: they are wide enough apart (standard deviation 0.4) that no two labels or words tie. Seeds
are fixed, so that the same versions write the same bytes. Nothing of any data set goes in.
"""

import argparse
import json
import shutil
from pathlib import Path

import sentencepiece
import torch
import transformers
from tokenizers import pre_tokenizers

SEED = 7
WIDTH = 8
SHAPE = dict(hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16)
POSITIONS = 64
LONG = 128

# Written for this purpose: letters of several alphabets, typographic quotes, and words to learn pieces from.
CORPUS = """
Ingrid Solberg met the ministers of Norway and Chad in Oslo on Monday .
The ferry to Bergen was late because of the storm , said the harbour master .
Åsa Lindqvist of the museum said that “ the door stays shut ” until the flood is over .
Workers in N’Djamena asked for more pay , and the council of São Tomé agreed .
Rain fell for a week ; the river rose , and the town of Bor moved its market to the hill .
The copper line will cost 40 million euros , the company Nordbane told its owners .
She sells water and he sells bread to the people who wait at the gate .
"""

NER_TEXTS = [
    "Ingrid Solberg met the ministers of Norway in Oslo .",
    "Åsa Lindqvist said that “ the door stays shut ” until Monday .",
    "The company Nordbane asked São Tomé for 40 million euros !",
    "Rain .",
    "Rain 🦀🦀 fell , said 東京 .",
]
NLI_PAIRS = [
    ("The ferry to Bergen was late because of the storm .", "This text is about travel."),
    ("Workers in N’Djamena asked for more pay .", "This text is about money."),
    ("Rain fell for a week .", "The speaker is in favour of the copper line."),
]
# Longer than half of the buckets that the DeBERTas put distances into, which is 128 subwords.
LONG_TEXT = " ".join(f"The ferry to Bergen was late by {n} hours , said Solberg ." for n in range(8, 15))
SUMMARY_TEXTS = [
    "The ferry to Bergen was late because of the storm , said the harbour master . Rain fell for a week .",
    "Åsa Lindqvist of the museum said that “ the door stays shut ” until the flood is over .",
]
EMBEDDING_TEXTS = ["The river rose .", "Åsa Lindqvist sells water to the people who wait at the gate ."]
NER_LABELS = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC"]


def words_of(corpus):
    return sorted({word for word in corpus.split()})


def wordpiece_vocab():
    letters = sorted({c for c in CORPUS if not c.isspace()} | set("abcdefghijklmnopqrstuvwxyz!?.,"))
    common = ["the", "of", "said", "The", "and", "to", "Oslo", "##ing", "##er", "##berg", "is", "about", "in"]
    return ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + letters + ["##" + c for c in letters if c.isalpha()] + common


def byte_vocab(specials):
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("Ġ", "t"), ("h", "e"), ("Ġt", "he"), ("i", "n"), ("e", "r"), ("Ġ", "s"), ("a", "n"), ("an", "d")]
    tokens = specials + alphabet + ["".join(pair) for pair in merges]
    return {token: i for i, token in enumerate(tokens)}, merges


def train_pieces(path, **options):
    """A SentencePiece model; `identity` keeps 240 KB of normalisation tables out of it."""
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(line for line in CORPUS.strip().splitlines()),
        model_prefix=str(path.with_suffix("")), model_type="unigram", vocab_size=110, character_coverage=1.0,
        normalization_rule_name="identity", hard_vocab_limit=False, minloglevel=2, num_threads=1, **options)
    path.with_suffix(".vocab").unlink()
    path.with_suffix(".model").rename(path)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return [(pieces.id_to_piece(i), pieces.get_score(i)) for i in range(len(pieces))]


def randomise(model):
    """Weights far enough apart that nothing ties; the same on every machine."""
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            # Norms stay as they are, and so do the sines of PEGASUS, which are no weights.
            if "LayerNorm" in name or (model.config.model_type == "pegasus" and "embed_positions" in name) or "layer_norm" in name or "layernorm" in name:
                continue
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.4)
    return model.eval()


def save(folder, model, tokenizer_config, **more):
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder, safe_serialization=True)
    for name in ("generation_config.json",):
        (folder / name).unlink(missing_ok=True)
    config = json.loads((folder / "config.json").read_text())
    config.update(more)
    # What transformers 5 no longer writes and the hub's folders, written by 4 and 3, have.
    old = {"bart": {"num_hidden_layers": config.get("encoder_layers")}, "pegasus": {"num_hidden_layers": config.get("encoder_layers")},
           "distilbert": {"tie_weights_": True, "sinusoidal_pos_embds": False, "qa_dropout": 0.1, "seq_classif_dropout": 0.2}}
    for key, value in old.get(config["model_type"], {}).items():
        config.setdefault(key, value)
    (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer_config, indent=1) + "\n")


def labels(names):
    return dict(id2label=dict(enumerate(names)), label2id={name: i for i, name in enumerate(names)})


def bert_tokenizer(folder):
    folder.mkdir(parents=True, exist_ok=True)
    vocab = wordpiece_vocab()
    (folder / "vocab.txt").write_text("\n".join(vocab) + "\n")
    tokens = {token: i for i, token in enumerate(vocab)}
    return transformers.BertTokenizer(vocab=tokens, do_lower_case=False), len(vocab), {"do_lower_case": False}


def byte_tokenizer(folder, kind, specials):
    folder.mkdir(parents=True, exist_ok=True)
    vocab, merges = byte_vocab(specials)
    (folder / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False) + "\n")
    lines = ["#version: 0.2"] + [" ".join(pair) for pair in merges]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n")
    return kind(vocab=vocab, merges=merges), len(vocab), {}


ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
DEBERTA = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]

# As microsoft/deberta-base, deberta-v3-base and (with a convolution) deberta-v2-xlarge have it on the hub.
DEBERTA_SHAPE = dict(SHAPE, max_position_embeddings=512, relative_attention=True, max_relative_positions=-1,
                     position_biased_input=False, type_vocab_size=0, layer_norm_eps=1e-7)
DEBERTA_V3 = dict(DEBERTA_SHAPE, pos_att_type="p2c|c2p", position_buckets=256, share_att_key=True,
                  norm_rel_ebd="layer_norm")


def xlm_tokenizer(folder):
    folder.mkdir(parents=True, exist_ok=True)
    pieces = train_pieces(folder / "sentencepiece.bpe.model", unk_id=0, bos_id=1, eos_id=2, pad_id=-1)
    # fairseq's order: its own four first, then the pieces after the three specials of SentencePiece, <mask> last.
    vocab = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)] + pieces[3:] + [("<mask>", 0.0)]
    return transformers.XLMRobertaTokenizer(vocab=vocab), len(vocab), {}


def deberta_tokenizer(folder):
    """Of versions 2 and 3: SentencePiece, with the special tokens at their places in the vocabularies of the hub."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces = train_pieces(folder / "spm.model", pad_id=0, pad_piece="[PAD]", bos_id=1, bos_piece="[CLS]", eos_id=2,
                          eos_piece="[SEP]", unk_id=3, unk_piece="[UNK]")
    vocab = pieces + [("[MASK]", 0.0)]
    return transformers.DebertaV2Tokenizer(vocab=vocab, unk_id=3), len(vocab), {"do_lower_case": False}


def ner_models(out):
    auto = transformers.AutoModelForTokenClassification
    plain = dict(SHAPE, max_position_embeddings=POSITIONS, **labels(NER_LABELS))
    after_pad = dict(plain, max_position_embeddings=POSITIONS + 2, type_vocab_size=1, pad_token_id=1, bos_token_id=0,
                     eos_token_id=2)
    table = [
        ("ner-bert", bert_tokenizer, transformers.BertConfig, plain),
        ("ner-distilbert", bert_tokenizer, transformers.DistilBertConfig,
         dict(dim=WIDTH, n_layers=2, n_heads=2, hidden_dim=16, max_position_embeddings=POSITIONS, **labels(NER_LABELS))),
        ("ner-electra", bert_tokenizer, transformers.ElectraConfig, dict(plain, embedding_size=4)),
        ("ner-roberta", lambda f: byte_tokenizer(f, transformers.RobertaTokenizer, ROBERTA),
         transformers.RobertaConfig, after_pad),
        ("ner-xlm-roberta", xlm_tokenizer, transformers.XLMRobertaConfig, after_pad),
        ("ner-deberta", lambda f: byte_tokenizer(f, transformers.DebertaTokenizer, DEBERTA),
         transformers.DebertaConfig, dict(DEBERTA_SHAPE, pos_att_type="c2p|p2c", **labels(NER_LABELS))),
        ("ner-deberta-v2", deberta_tokenizer, transformers.DebertaV2Config,
         dict(DEBERTA_V3, conv_kernel_size=3, conv_act="gelu", attention_head_size=WIDTH // 2, **labels(NER_LABELS))),
        ("ner-deberta-v3", deberta_tokenizer, transformers.DebertaV2Config, dict(DEBERTA_V3, **labels(NER_LABELS))),
    ]
    reference = {}
    for name, make, config, options in table:
        tokenizer, size, settings = make(out / name)
        model = randomise(auto.from_config(config(vocab_size=size, **options)))
        save(out / name, model, settings)
        texts = NER_TEXTS + [LONG_TEXT] if "deberta" in name else NER_TEXTS
        reference[name] = [ner_reference(model, tokenizer, text) for text in texts]
    return reference


def ner_reference(model, tokenizer, text):
    """For each word between spaces: label and score of its first piece, as models are trained on words.

    Where the mark of a word's start is a piece of its own, that is the first piece.
    """
    words = text.split(" ")
    # Byte-level vocabularies need to be told that what follows a word is one.
    with_spaces = [word if i == 0 else " " + word for i, word in enumerate(words)]
    encoded = tokenizer(text, return_tensors="pt")
    pieces = tokenizer.convert_ids_to_tokens(encoded["input_ids"][0].tolist())
    if getattr(model.config, "type_vocab_size", 0) < 2:
        encoded.pop("token_type_ids", None)
    with torch.no_grad():
        scores = model(**encoded).logits[0].softmax(-1)
    found, row = [], 1
    for word, with_space in zip(words, with_spaces):
        score, label = scores[row].max(-1)
        found.append({"word": word, "label": model.config.id2label[int(label)], "score": round(float(score), 6)})
        own = tokenizer(with_space, add_special_tokens=False)["input_ids"]
        assert tokenizer.convert_ids_to_tokens(own) == pieces[row:row + len(own)], (word, pieces)
        row += len(own)
    assert row == len(pieces) - 1
    return {"text": text, "words": found}


def nli_models(out):
    order = ["contradiction", "neutral", "entailment"]
    other = ["entailment", "neutral", "contradiction"]
    byte = lambda f: byte_tokenizer(f, transformers.RobertaTokenizer, ROBERTA)
    bart = dict(d_model=WIDTH, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2,
                encoder_ffn_dim=16, decoder_ffn_dim=16, max_position_embeddings=LONG, pad_token_id=1,
                bos_token_id=0, eos_token_id=2, decoder_start_token_id=2)
    roberta = dict(SHAPE, max_position_embeddings=LONG + 2, type_vocab_size=1, pad_token_id=1)
    table = [
        ("nli-bart", byte, transformers.BartConfig, bart, order),
        ("nli-roberta", byte, transformers.RobertaConfig, roberta, other),
        ("nli-bert", bert_tokenizer, transformers.BertConfig, dict(SHAPE, max_position_embeddings=LONG), order),
        ("nli-deberta-v3", deberta_tokenizer, transformers.DebertaV2Config, DEBERTA_V3, other),
    ]
    reference = {}
    for name, make, config, options, names in table:
        tokenizer, size, settings = make(out / name)
        auto = transformers.AutoModelForSequenceClassification
        model = randomise(auto.from_config(config(vocab_size=size, **options, **labels(names))))
        save(out / name, model, settings)
        cases = []
        for premise, hypothesis in NLI_PAIRS:
            encoded = tokenizer(premise, hypothesis, return_tensors="pt")
            if getattr(model.config, "type_vocab_size", 0) < 2:
                encoded.pop("token_type_ids", None)
            with torch.no_grad():
                logits = model(**encoded).logits[0]
            # What the zero-shot pipeline with multi_label=True gives.
            pair = logits[[names.index("contradiction"), names.index("entailment")]].softmax(-1)
            cases.append({"premise": premise, "hypothesis": hypothesis, "entailment": round(float(pair[1]), 6)})
        reference[name] = cases
    return reference


def summary_models(out):
    start = dict(pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2, forced_eos_token_id=2)
    bart = dict(d_model=WIDTH, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2,
                encoder_ffn_dim=16, decoder_ffn_dim=16, max_position_embeddings=160)
    reference = {}
    for name in ("sum-bart", "sum-t5", "sum-pegasus"):
        folder = out / name
        if name == "sum-bart":
            tokenizer, size, settings = byte_tokenizer(folder, transformers.RobertaTokenizer, ROBERTA)
            config = transformers.BartConfig(vocab_size=size, forced_bos_token_id=0, **bart, **start)
            model = transformers.BartForConditionalGeneration(config)
            prefix = ""
        elif name == "sum-t5":
            folder.mkdir(parents=True, exist_ok=True)
            pieces = train_pieces(folder / "spiece.model", pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
            tokenizer, settings = transformers.T5Tokenizer(vocab=pieces, extra_ids=0), {}
            config = transformers.T5Config(
                vocab_size=len(pieces), d_model=WIDTH, d_kv=4, d_ff=16, num_layers=2, num_heads=2, dropout_rate=0.0,
                decoder_start_token_id=0, n_positions=160, feed_forward_proj="relu")
            model = transformers.T5ForConditionalGeneration(config)
            prefix = "summarize: "
        else:
            folder.mkdir(parents=True, exist_ok=True)
            pieces = train_pieces(folder / "spiece.model", unk_id=0, eos_id=1, bos_id=-1, pad_id=-1)
            # PEGASUS puts <pad>, </s>, two masks and a hundred unused tokens before the pieces.
            front = ["<pad>", "</s>", "<mask_1>", "<mask_2>"] + [f"<unk_{i}>" for i in range(2, 103)]
            vocab = [(token, 0.0) for token in front] + [("<unk>", 0.0)] + pieces[2:]
            tokenizer, settings = transformers.PegasusTokenizer(vocab=vocab), {}
            config = transformers.PegasusConfig(
                vocab_size=len(vocab), **dict(bart, scale_embedding=True), pad_token_id=0, eos_token_id=1,
                forced_eos_token_id=1, decoder_start_token_id=0)
            model = transformers.PegasusForConditionalGeneration(config)
            prefix = ""
        model = randomise(model)
        if name == "sum-bart":
            # Bytes that are no letter by themselves seldom win, so that the summary is text.
            with torch.no_grad():
                for token, row in tokenizer.get_vocab().items():
                    if not token.strip("Ġ").isascii() or not token.strip("Ġ").isalpha():
                        model.model.shared.weight[row] *= 0.05
        bias = getattr(model, "final_logits_bias", None)
        if bias is not None:
            bias.zero_()
        save(folder, model, settings, min_length=4, max_length=16, num_beams=3, no_repeat_ngram_size=3)
        cases = []
        for beams in (1, 3):
            for text in SUMMARY_TEXTS:
                encoded = tokenizer(prefix + text, return_tensors="pt")
                encoded.pop("token_type_ids", None)
                ids = model.generate(**encoded, num_beams=beams, do_sample=False, min_length=4, max_length=16,
                                     no_repeat_ngram_size=3, early_stopping=True, length_penalty=1.0)[0]
                written = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=True)
                cases.append({"text": text, "beams": beams, "summary": written})
        reference[name] = cases
    return reference


def embedding_model(out):
    folder = out / "emb-bert"
    tokenizer, size, settings = bert_tokenizer(folder)
    model = transformers.BertModel(transformers.BertConfig(vocab_size=size, max_position_embeddings=POSITIONS, **SHAPE))
    model = randomise(model)
    save(folder, model, settings)
    modules = [("0", "", "Transformer"), ("1", "1_Pooling", "Pooling"), ("2", "2_Normalize", "Normalize")]
    entries = [{"idx": i, "name": name, "path": path, "type": f"sentence_transformers.models.{kind}"}
               for i, (name, path, kind) in enumerate(modules)]
    (folder / "modules.json").write_text(json.dumps(entries, indent=1) + "\n")
    limits = {"max_seq_length": POSITIONS, "do_lower_case": False}
    (folder / "sentence_bert_config.json").write_text(json.dumps(limits) + "\n")
    (folder / "1_Pooling").mkdir(exist_ok=True)
    pooling = {"word_embedding_dimension": WIDTH, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True,
               "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling) + "\n")
    cases = []
    for text in EMBEDDING_TEXTS:
        with torch.no_grad():
            hidden = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
        vector = torch.nn.functional.normalize(hidden.mean(0), dim=0)
        cases.append({"text": text, "vector": [round(float(v), 6) for v in vector]})
    return {"emb-bert": cases}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="folder for the models; what stands there is replaced")
    out = parser.parse_args().out
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    reference = {
        "versions": {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]},
        "ner": ner_models(out), "nli": nli_models(out), "summaries": summary_models(out),
        "embeddings": embedding_model(out),
    }
    (out / "reference.json").write_text(json.dumps(reference, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
