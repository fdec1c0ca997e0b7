"""Byte-level BPE tokenizer in the Qwen2 style, trained on the project's own training text.

`<think>` and `</think>` are added tokens with special=False, as in rank1's released checkpoints, so that
decoding with skip_special_tokens keeps them: rank1 stops on the text `</think> true`, which needs both visible.
"""
import json
import os

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
           r"|\s*[\r\n]+|\s+(?!\S)|\s+")
VOCAB_SIZE = 16384
EOS, THINK, END_THINK = "<|endoftext|>", "<think>", "</think>"
TEMPLATE = ("Determine if the following passage is relevant to the query. Answer only with 'true' or 'false'.\n"
            "Query: {query}\nPassage: {passage}\n<think>")
# Every fixed piece of a chain must be few tokens, so the trainer sees these lines often enough to merge them.
CHAIN_TEXT = (' Asked: a person. a date. a number. a place. a reason. a way. a definition. a fact. a topic.\n'
              ' x: "… word"; y: missing; z: "… word". All of the terms found, key term x found.\n</think> true\n'
              ' Most Half Few None of the terms found, key term missing.\n</think> false\n')


def train(texts, vocab_size=VOCAB_SIZE):
    """Train the BPE on an iterable of strings; the special tokens come last, as in Qwen2."""
    tok = Tokenizer(models.BPE(byte_fallback=False))
    tok.normalizer = normalizers.NFC()
    tok.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tok.decoder = decoders.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    trainer = trainers.BpeTrainer(vocab_size=vocab_size - 3, min_frequency=2, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    fixed = [CHAIN_TEXT + TEMPLATE.replace(THINK, "").format(query="x", passage="y")] * 3000

    def stream():
        yield from fixed
        yield from texts
    tok.train_from_iterator(stream(), trainer)
    tok.add_special_tokens([AddedToken(EOS, special=True, normalized=False)])
    tok.add_tokens([AddedToken(t, special=False, normalized=False) for t in (THINK, END_THINK)])
    return tok


def save(tok, folder):
    """Write tokenizer.json and the tokenizer_config.json that transformers and transformers.js read."""
    os.makedirs(folder, exist_ok=True)
    tok.save(os.path.join(folder, "tokenizer.json"))
    added = {}
    for content, special in ((EOS, True), (THINK, False), (END_THINK, False)):
        added[str(tok.token_to_id(content))] = {
            "content": content, "lstrip": False, "normalized": False, "rstrip": False,
            "single_word": False, "special": special}
    config = {"add_bos_token": False, "add_prefix_space": False, "added_tokens_decoder": added,
              "additional_special_tokens": [], "bos_token": None, "clean_up_tokenization_spaces": False,
              "eos_token": EOS, "errors": "replace", "model_max_length": 2048, "pad_token": EOS,
              "split_special_tokens": False, "tokenizer_class": "Qwen2Tokenizer", "unk_token": None}
    with open(os.path.join(folder, "tokenizer_config.json"), "w", encoding="utf-8") as f:
        json.dump(config, f, indent=2, ensure_ascii=False)


def load(folder):
    """Load the tokenizer from an exported folder."""
    return Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
