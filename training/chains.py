"""The reasoning chain of a query and passage, as token ids with a loss class for each.

    Asked: a date. Rutherford: "… Rutherford reported that"; meeting: missing. Half of the terms found, key
    term Rutherford found.
    </think> true

Every term is copied from the query and then looked up at once: one token, ` "…` or ` missing`, carries the finding,
and a quote of the passage's own tokens follows. So the model has to read before it decides, the first words say
nothing about the verdict, and a reader can check each claim. Labels come from the text alone; the verdict does not.
"""
import bisect
import re

from .text import content_words, stem, words
from .tokenizer import TEMPLATE

NONE, PLAIN, DECISION, VERDICT, QUOTE = 0, 1, 2, 3, 4
MAX_TERMS, QUOTE_TOKENS = 6, 5
MONTHS = "january february march april june july august september october november december".split()
NUMBERS = set("two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand "
              "million billion dozen half twice".split())
YEAR = re.compile(r"^(1[0-9]|20)\d\ds?$")
KINDS = ((r"\b(who|whose|whom)\b", "a person"), (r"\bwhen\b|\b(what|which|in what) (year|date|day|month)\b", "a date"),
         (r"\bhow (many|much|long|old|far|tall|big|large|often|high|fast|deep|hot)\b|\bcost\b", "a number"),
         (r"\bwhere\b|\b(what|which) (country|city|state|place|town|location)\b", "a place"),
         (r"\bwhy\b|\bcauses?\b|\breason\b", "a reason"), (r"\bhow\b", "a way"),
         (r"\bdefin|\bmean(s|ing)?\b|^what (is|are)( \(are\))? (an? |the )?[\w'-]+( [\w'-]+)? ?\??$", "a definition"),
         (r"\b(what|which)\b", "a fact"))
KINDS = tuple((re.compile(p, re.I), k) for p, k in KINDS)


def asked_kind(query):
    """What kind of answer the query wants, from its question words."""
    return next((kind for pattern, kind in KINDS if pattern.search(query)), "a topic")


def kind_evidence(kind, passage_words, low):
    """Index of the first passage word that could be an answer of this kind; None: not there; -1: not checked."""
    if kind == "a date":
        test = lambda w, l: bool(YEAR.match(w)) or l in MONTHS
    elif kind == "a number":
        test = lambda w, l: w[0].isdigit() or l in NUMBERS
    elif kind == "a reason":
        test = lambda w, l: l in ("because", "due", "caused", "cause", "causes", "reason", "since", "result")
    else:
        return -1
    return next((i for i, (w, _, _) in enumerate(passage_words) if test(w, low[i])), None)


class Chains:
    """Builds prompts and chains with one tokenizer and one idf table."""

    def __init__(self, tok, idf, default_idf):
        self.tok, self.idf, self.default_idf = tok, idf, default_idf
        self.cache = {}

    def piece(self, text):
        """Ids of a fixed piece of text."""
        if text not in self.cache:
            self.cache[text] = self.tok.encode(text, add_special_tokens=False).ids
        return self.cache[text]

    def weight(self, word):
        """Inverse document frequency of a word's stem."""
        return self.idf.get(stem(word), self.default_idf)

    def terms(self, query):
        """The query's content words in order, one per stem; the MAX_TERMS rarest when there are more."""
        seen, out = set(), []
        for w in content_words(query):
            if stem(w[0]) not in seen:
                seen.add(stem(w[0]))
                out.append(w)
        if len(out) > MAX_TERMS:
            keep = sorted(range(len(out)), key=lambda i: (-self.weight(out[i][0]), i))[:MAX_TERMS]
            out = [out[i] for i in sorted(keep)]
        return out

    def encode(self, items):
        """Encodings of the prompts of (query, passage, …) rows."""
        return self.tok.encode_batch([TEMPLATE.format(query=r[0], passage=r[1]) for r in items])

    def build(self, query, passage, encoding, label):
        """(ids, loss classes, finding summary) of prompt, chain and verdict; label None leaves the verdict off."""
        ids, offsets = list(encoding.ids), encoding.offsets
        head = len(TEMPLATE.split("{query}")[0])
        body = head + len(query) + len("\nPassage: ")
        starts, ends = [o[0] for o in offsets], [o[1] for o in offsets]

        def span(start, end):
            """Tokens that overlap the characters start..end."""
            a = bisect.bisect_right(ends, start)
            b = bisect.bisect_left(starts, end)
            return a, b

        pw = words(passage)
        low = [w.lower() for w, _, _ in pw]
        stems = [stem(w) for w, _, _ in pw]
        limit = span(body, body + len(passage))[1]

        def quote(i):
            """Tokens of the passage from word i on, ended at a word's end."""
            a = span(body + pw[i][1], body + pw[i][2])[0]
            b, j = a, i
            while j < len(pw):
                nb = min(span(body + pw[j][1], body + pw[j][2])[1], limit)
                if nb - a > QUOTE_TOKENS and b > a or j - i >= 3:
                    break
                b, j = nb, j + 1
            b = min(b, a + QUOTE_TOKENS + 3)
            return ids[a:b]

        chain, cls = [], []

        def add(tokens, c):
            chain.extend(tokens)
            cls.extend([c] * len(tokens))

        kind = asked_kind(query)
        add(self.piece(" Asked: " + kind + "."), PLAIN)
        chosen = self.terms(query)
        key = max(range(len(chosen)), key=lambda i: (self.weight(chosen[i][0]), -i))
        found = []
        items = []
        for w, s, e in chosen:
            a, b = span(head + s, head + e)
            a -= ids[a - 1] == self.piece(" ")[0]  # digits do not take their space along
            match = [i for i, t in enumerate(stems) if t == stem(w)]
            exact = [i for i in match if pw[i][0] == w] or [i for i in match if low[i] == w.lower()] or match
            items.append((ids[a:b], exact[0] if exact else None))
            found.append(bool(exact))
        evidence = kind_evidence(kind, pw, low)
        if evidence != -1:
            items.append((self.piece(" " + kind.split()[-1]), evidence))
        for n, (term, i) in enumerate(items):
            add(term, PLAIN)
            add(self.piece(":"), PLAIN)
            last = n == len(items) - 1
            if i is None:
                add(self.piece(" missing"), DECISION)
                add(self.piece("." if last else ";"), PLAIN)
            else:
                add(self.piece(' "…'), DECISION)
                add(quote(i), QUOTE)
                add(self.piece('".' if last else '";'), QUOTE)
        share = sum(found) / len(found)
        word = "All" if share == 1 else "None" if share == 0 else "Most" if share > 0.6 else "Half" if share >= 0.4 else "Few"
        add(self.piece(f" {word}"), DECISION)
        add(self.piece(" of the terms found, key term"), PLAIN)
        add(items[key][0], PLAIN)
        add(self.piece(" found" if found[key] else " missing"), DECISION)
        add(self.piece(".\n</think>"), PLAIN)
        if label is not None:
            add(self.piece(" true" if label else " false"), VERDICT)
        return ids + chain, [NONE] * len(ids) + cls, {"share": share, "key": found[key], "items": len(items)}
