"""Networks with random weights: what a model of that size costs does not hang on what it learnt."""

from pathlib import Path
from typing import Any

import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertForTokenClassification,
    PreTrainedTokenizerFast,
    pipeline,
)

SIZES = {
    # MiniLM-L6 and BERT-base, as published.
    "small": {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536},
    "base": {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072},
}
ENTITY_LABELS = ["O", *(f"{p}-{k}" for k in ("PER", "ORG", "LOC", "MISC") for p in "BI")]


def tokenizer(models: Path) -> PreTrainedTokenizerFast:
    """The bundle's WordPiece, which is that of BERT uncased."""
    return PreTrainedTokenizerFast(
        tokenizer_file=str(models / "tokenizer.json"),
        model_max_length=512,
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        mask_token="[MASK]",
    )


def configuration(size: str, labels: list[str]) -> BertConfig:
    names = dict(enumerate(labels))
    return BertConfig(**SIZES[size], id2label=names, label2id={v: k for k, v in names.items()})


def zero_shot(size: str, models: Path) -> Any:
    torch.manual_seed(0)
    config = configuration(size, ["contradiction", "neutral", "entailment"])
    model = BertForSequenceClassification(config).eval()
    return pipeline("zero-shot-classification", model=model, tokenizer=tokenizer(models), device="cpu")


def sentiment(size: str, models: Path) -> Any:
    torch.manual_seed(0)
    model = BertForSequenceClassification(configuration(size, ["negative", "neutral", "positive"])).eval()
    return pipeline("text-classification", model=model, tokenizer=tokenizer(models), device="cpu")


class BertEntities:
    """A BERT-base token classifier over sentences, sixteen at once."""

    packages = ["torch", "transformers"]

    def __init__(self, threads: int, models: Path) -> None:
        torch.set_num_threads(threads)
        torch.manual_seed(0)
        model = BertForTokenClassification(configuration("base", ENTITY_LABELS)).eval()
        with torch.no_grad():
            # A trained model finds few entities; random weights would find one in every word, and join them.
            model.classifier.bias[0] = 100.0
        name = {"aggregation_strategy": "simple"}
        self.pipeline = pipeline(
            "token-classification", model=model, tokenizer=tokenizer(models), device="cpu", batch_size=16, **name
        )

    def load(self, case: dict[str, Any]) -> list[str]:
        return [" ".join(words) for words in case["sentences"]]

    def run(self, case: list[str]) -> Any:
        return self.pipeline(case)

    def answer(self, case: list[str]) -> list[int]:
        return [len(entities) for entities in self.run(case)]
