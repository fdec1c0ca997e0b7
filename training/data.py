"""Question and passage pairs: loading, cleaning, held-out split, sentences, evaluation files."""
import gzip
import hashlib
import json
import os
import re
from collections import defaultdict

SPACE = re.compile(r"\s+")
# "A pion is any of three ...": the term that an encyclopedia's passage defines in its first words
DEFINED = re.compile(r"^(?:The |An? )?((?:[A-Za-z][\w'’.-]*)(?: [\w'’.-]+){0,4}?)((?: \([^)]*\))?),? (?:is|are|was|were|refers to|means) (?:an? |the |any |one of )")
NO_TERM = {"it", "this", "that", "there", "he", "she", "they", "these", "those", "one", "another", "what", "here", "who", "all", "some", "most", "result",
           "in", "on", "at", "by", "for", "from", "with", "as", "when", "during", "after", "before"}
SENTENCE = re.compile(r"(?<=[.!?])[\"')]*\s+(?=[A-Z\"'(])")


def read_jsonl_gz(path):
    """Rows of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def detokenised(text):
    """Undo the spaces that tokenised corpora put around punctuation."""
    text = re.sub(r"\s+([,.;:?!%)\]]|'s\b|n't\b|'(?:re|ve|ll|d|m)\b)", r"\1", text)
    text = re.sub(r"([(\[$])\s+", r"\1", text).replace("-LRB-", "(").replace("-RRB-", ")")
    text = re.sub(r"``\s*|\s*''", '"', text)
    text = re.sub(r"\b(\w+) - (\w+)\b", r"\1-\2", text)
    return SPACE.sub(" ", text).strip()


def shingles(text, size=8):
    """All runs of `size` words, lower case."""
    w = re.findall(r"\w+", text.lower())
    return {" ".join(w[i:i + size]) for i in range(len(w) - size + 1)}


def measured_texts(folder):
    """Shingles of the LiveQA-Med candidates, some of which are MedQuAD answers."""
    path = os.path.join(folder, "evaluation", "liveqa_med_nih", "nih_only.eval.jsonl.gz")
    return set().union(*(shingles(c["text"]) for r in read_jsonl_gz(path) for c in r["candidates"]))


def load_pairs(folder):
    """The English pairs, cleaned, each with a group that stands for its article; without those that are measured on.

    The SQuAD rows carry no group but lie in article order, so blocks of twenty rows stand in for it.
    """
    measured = measured_texts(folder)
    rows = read_jsonl_gz(os.path.join(folder, "training", "train_en_pairs", "en_pairs.jsonl.gz"))
    out, squad = [], 0
    for r in rows:
        group = r["group"]
        if r["source"] == "squad_nqg_test":
            group = f"squad-{squad // 20}"
            squad += 1
        question, passage = detokenised(r["question"]), detokenised(r["passage"])
        if r["source"] == "medquad":
            own = shingles(passage)
            if len(own & measured) > 0.2 * max(1, len(own)):
                continue
        if len(passage.split()) >= 4 and 2 <= len(question.split()) <= 30:
            out.append({"source": r["source"], "group": r["source"] + "|" + group, "question": question,
                        "passage": passage, "answer": detokenised(r["answer"]) if r["verbatim"] else ""})
    return out


def load_condaqa(folder):
    """CondaQA rows that answer (YES or NO) as positives, DON'T KNOW rows as negatives on the same passage."""
    base, out = os.path.join(folder, "training", "condaqa", "raw"), []
    for name in sorted(os.listdir(base)):
        with gzip.open(os.path.join(base, name), "rt", encoding="utf-8") as f:
            text = f.read()
        try:
            rows = json.loads(text)
        except json.JSONDecodeError:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        for r in rows:
            out.append({"source": "condaqa", "group": f"condaqa|{r['PassageID']}",
                        "question": SPACE.sub(" ", r["sentence2"]).strip(),
                        "passage": SPACE.sub(" ", r["sentence1"]).strip(), "answer": "",
                        "relevant": r["label"] in ("YES", "NO")})
    return out


def definitions(rows):
    """Passages that define a term, each as a row of its own: `question` asks what or who it is, `term` is its name."""
    out, seen = [], set()
    for r in rows:
        found = DEFINED.match(r["passage"]) if r["source"] in ("afriqa", "nq_oracle", "qed") and r["passage"] not in seen else None
        if found and found[1].split()[0].lower() not in NO_TERM:
            seen.add(r["passage"])
            person = re.search(r"\bborn\b|\d{4}\)", found[2])
            out.append({**r, "source": "defined", "question": f"{'who' if person else 'what'} is {found[1]}", "answer": found[0].strip(), "term": found[1].lower()})
    return out


def is_held_out(group, percent=4):
    """A stable choice of about four groups in a hundred, by hash so that it never depends on the order."""
    return int(hashlib.md5(group.encode("utf-8")).hexdigest(), 16) % 100 < percent


def by_group(rows):
    """Rows of each group."""
    groups = defaultdict(list)
    for r in rows:
        groups[r["group"]].append(r)
    return groups


def sentences(text):
    """Rough sentence split: good enough to make single-sentence passages."""
    return [s.strip() for s in SENTENCE.split(text) if len(s.split()) >= 4]


def load_eval(path, depth=None):
    """An evaluation file: queries with candidates in the first stage's order, cut to `depth`."""
    rows = read_jsonl_gz(path)
    for r in rows:
        if depth:
            r["candidates"] = sorted(r["candidates"], key=lambda c: c.get("rank", 0))[:depth]
    return rows
