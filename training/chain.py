"""The chain an example is trained on: the passage's own words that are nearest to what is asked, before any verdict."""
import re

from .text import STOP, stem, words

SENTENCE_END = re.compile(r"(?<=[.!?;])[\"')\]]*\s+")
CLAUSE_END = re.compile(r"(?<=[,:)])\s+|\s+(?=(?:and|but|which|who|that|because|while|when|where|although|or)\s)|\s+-+\s+")
MAX_WORDS, MIN_WORDS = 12, 4
MAX_ASKED_WORDS = 8


def stems(text):
    return {stem(w) for w, _, _ in words(text) if w.lower() not in STOP}


def spans(passage):
    """(start, end) of every clause run of at most MAX_WORDS words; long clauses are cut in windows."""
    cuts = sorted({0, len(passage), *(m.end() for m in SENTENCE_END.finditer(passage)), *(m.end() for m in CLAUSE_END.finditer(passage))})
    ends = {m.start() + len(m.group().rstrip()) for m in SENTENCE_END.finditer(passage)} | {len(passage)}
    for i, start in enumerate(cuts[:-1]):
        for end in cuts[i + 1:]:
            text = passage[start:end].strip()
            n = len(text.split())
            if n > MAX_WORDS:
                if end == cuts[i + 1]:  # one long clause: windows of words
                    at = [m.start() + start for m in re.finditer(r"\S+", passage[start:end])]
                    for k in range(0, len(at) - 1, 6):
                        stop = at[k + MAX_WORDS] if k + MAX_WORDS < len(at) else end
                        yield at[k], stop
                break
            if n >= MIN_WORDS or end == len(passage):
                yield start, end
            if any(end - 3 <= e <= end for e in ends):
                break


def quote(query, passage, answer=""):
    """The span of the passage that shares most with the query, and holds the answer where that is known."""
    asked, best = stems(query), None
    for start, end in spans(passage):
        text = passage[start:end].strip()
        found = stems(text)
        score = len(asked & found) / (4 + len(text.split())) ** 0.4 + (1.5 if answer and answer in text else 0)
        if best is None or score > best[0] + 1e-9:
            best = score, text
    text = best[1] if best else " ".join(passage.split()[:MAX_WORDS])
    return text.strip().strip('"').rstrip(" ,;:").strip()


def asked(query):
    """What is asked, in at most MAX_ASKED_WORDS words."""
    return " ".join(query.split()[:MAX_ASKED_WORDS]).rstrip(" ?.!,;:")


def chain_of(query, passage, answer=""):
    """What stands between `<think>` and `</think>`: what is asked, and the passage's words on it. Nothing tells the verdict."""
    return f' Asked: {asked(query)}. The passage says "{quote(query, passage, answer)}".'
