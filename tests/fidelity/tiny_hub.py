"""A model, its tokenizer and two datasets in local folders, small enough to train in seconds, for scripts that load them by name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

WORDS = ["the", "a", "cat", "dog", "sat", "ran", "on", "under", "mat", "tree", "and", "then", "it", "slept", "all", "day"]
SPECIAL = ["<pad>", "<eos>", "<unk>"]
ROWS = 32


def causal_model(folder: Path) -> Path:
    """A causal language model of two layers with random weights."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, set_seed

    words = Tokenizer(models.WordLevel({word: number for number, word in enumerate([*SPECIAL, *WORDS])}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", eos_token="<eos>", unk_token="<unk>")
    tokenizer.save_pretrained(folder)
    set_seed(0)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = LlamaConfig(vocab_size=len(tokenizer), pad_token_id=0, eos_token_id=1, bos_token_id=1, **sizes)
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def sentences(folder: Path) -> Path:
    """Rows of text."""
    return _dataset(folder, [{"text": _sentence(row)} for row in range(ROWS)])


def preferences(folder: Path) -> Path:
    """Prompts with a chosen and a rejected answer."""
    rows = [{"prompt": _sentence(row), "chosen": _sentence(row + 1), "rejected": _sentence(row + 5)} for row in range(ROWS)]
    return _dataset(folder, rows)


def _sentence(start: int) -> str:
    return " ".join(WORDS[(start * 3 + place * place) % len(WORDS)] for place in range(6 + start % 4))


def _dataset(folder: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    folder.mkdir(parents=True)
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder
