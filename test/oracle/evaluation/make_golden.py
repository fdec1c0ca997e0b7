"""Makes test/fixtures/evaluation/trec-eval-golden.json.gz: seeded runs and judgements with trec_eval's own output.

    python3 test/oracle/evaluation/make_golden.py PATH_TO_TREC_EVAL_9 PATH_TO_TREC_EVAL_10

The committed file was made with two versions of https://github.com/usnistgov/trec_eval, built with gcc on x86-64 by
`make trec_eval`: tag v9.0.8 (which calls itself 9.0.7) and commit f4253652c8ef (which calls itself 10.0-rc3), each
after one local change of its print format: every "%6.4f" in meas_print_single.c and meas_print_final.c became
"%.17g", which loses nothing of a double. trec_eval itself is not part of this repository.

Both versions are needed. 9 keeps scores as 32-bit floats, 10 as doubles, so they order saturated scores differently;
and 10 stops at a judged query that the run lacks unless -c is given, so only 9 can average over the queries present.

Each case holds the two input files as text, the options, and for each version the lines it printed (`-q`, so per
query and `all`), or its message when it refused the input. Cases differ in ties, unjudged documents, negative grades,
missing queries, ids outside ASCII (up to U+1F600, where UTF-16 and UTF-8 order differ), number formats, and
duplicates. The same binaries give the same bytes again.
"""

import gzip
import json
import pathlib
import random
import subprocess
import sys
import tempfile

CUTOFFS = [1, 3, 5, 10, 20, 100, 1000]
MEASURES = ["ndcg", "map", "recip_rank", "num_q"] + [
    f"{name}.{','.join(map(str, CUTOFFS))}" for name in ("ndcg_cut", "map_cut", "P", "recall")
]
NUM_CASES = 48
SEED = 20250218
OUTPUT = pathlib.Path(__file__).parents[2] / "fixtures" / "evaluation" / "trec-eval-golden.json.gz"

# Ids whose order depends on comparing bytes: digits of different length, case, one prefix of another, and characters
# on both sides of the surrogates. U+00A0 and U+3000 are no whitespace to C's isspace.
ALPHABETS = {
    "digits": "0123456789",
    "ascii": "aAbBzZ019-_.:",
    "unicode": "aZ\u00e9\u00df\u4e2d\u00a0\u3000\uff21\ufffd\U0001f600\U00010000\ue000",
}


def make_id(rng, alphabet):
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(1, 6)))


def make_ids(rng, alphabet, count):
    ids = {}  # a dict keeps its order; that of a set changes from one start of Python to the next
    while len(ids) < count:
        candidate = make_id(rng, alphabet)
        if not candidate.startswith("#"):
            ids[candidate] = True
    return list(ids)


def make_score(rng, style):
    if style == "heavy ties":
        return rng.choice(["0", "0.5", "1.0", "1"])
    if style == "saturated":  # differences that only a double can hold
        return repr(1 - rng.randint(0, 5) * 2.0**-53)
    if style == "exponents":
        return rng.choice(["1e-5", "1E-05", "-2.5e+2", "+3.25", ".5", "5e-1", "7.", "-0", "0.0", "123456789.123456789"])
    return f"{rng.uniform(-20, 30):.4f}"


def make_case(index):
    rng = random.Random(SEED + index)
    alphabet = ALPHABETS[["digits", "ascii", "unicode"][index % 3]]
    style = ["plain", "heavy ties", "saturated", "exponents"][index % 4]
    num_docs = rng.choice([3, 12, 40, 130])
    grades = [[0, 1], [0, 1, 2, 3], [-1, 0, 1, 2], [-2, -1, 0, 5, 1]][(index // 4) % 4]
    qids = make_ids(rng, alphabet, rng.randint(1, 7))
    run, qrels = [], []
    for position, qid in enumerate(qids):
        docs = make_ids(rng, alphabet, num_docs)
        judged = rng.sample(docs, rng.randint(1, num_docs)) + [f"{doc}~" for doc in docs[: rng.randint(0, 9)]]
        # At least one grade of 0: trec_eval 9 reads past its table for a query whose grades are all negative.
        qrels += [f"{qid} 0 {doc} {rng.choice(grades) if i else 0}" for i, doc in enumerate(judged)]
        # Every third case has judged queries that the run lacks; the first query always stays.
        if index % 3 == 2 and position > 0 and rng.random() < 0.5:
            continue
        retrieved = rng.sample(docs, rng.randint(1, num_docs))
        run += [f"{qid} Q0 {doc} {i} {make_score(rng, style)} tag" for i, doc in enumerate(retrieved, 1)]
    if index % 5 == 0:
        run += [f"unjudged-query Q0 {make_id(rng, alphabet)} 1 1.0 tag"]
    rng.shuffle(run)
    rng.shuffle(qrels)
    separator = "\t" if index % 2 else " "
    options = (["-c"] if index % 2 else []) + (["-l", "2"] if index % 4 >= 2 else [])
    return {
        "name": f"{index:02d} {style}, grades {grades}",
        "options": options,
        "qrels": "\n".join(qrels).replace(" ", separator) + "\n",
        "run": "\n".join(run).replace(" ", separator) + "\n",
    }


def make_refused_cases():
    run, qrels = "q Q0 a 1 2 t\nq Q0 b 2 1 t\n", "q 0 a 1\nq 0 b 0\n"
    return [
        {"name": "document twice in the run", "options": [], "qrels": qrels, "run": run + "q Q0 a 3 0.5 t\n"},
        {"name": "document judged twice", "options": [], "qrels": qrels + "q 0 a 1\n", "run": run},
        {"name": "run line too short", "options": [], "qrels": qrels, "run": run + "q Q0 c 3\n"},
        {"name": "no query in common", "options": [], "qrels": "other 0 a 1\n", "run": run},
    ]


def evaluate(binary, case, folder):
    """Lines of output as [measure, qid, value], or trec_eval's message."""
    qrels, run = folder / "qrels", folder / "run"
    qrels.write_text(case["qrels"], encoding="utf-8", newline="")
    run.write_text(case["run"], encoding="utf-8", newline="")
    measures = [part for measure in MEASURES for part in ("-m", measure)]
    result = subprocess.run(
        [binary, "-q", *case["options"], *measures, str(qrels), str(run)], capture_output=True, encoding="utf-8"
    )
    if result.returncode != 0:
        return result.stderr.strip().replace(str(folder) + "/", "")
    # Not str.split: it would also cut ids at U+00A0.
    rows = [[column.strip(" ") for column in line.split("\t")] for line in result.stdout.split("\n") if line]
    return [[measure, qid, float(value)] for measure, qid, value in rows]


def main():
    versions = {"trecEval9": sys.argv[1], "trecEval10": sys.argv[2]}
    cases = [make_case(index) for index in range(NUM_CASES)] + make_refused_cases()
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            case.update({name: evaluate(binary, case, pathlib.Path(folder)) for name, binary in versions.items()})
    assert all(isinstance(case["trecEval9"], list) for case in cases[:NUM_CASES]), "a case was refused"
    assert all(isinstance(case[name], str) for case in cases[NUM_CASES:] for name in versions), "a fault was accepted"
    text = json.dumps({"cases": cases}, ensure_ascii=False, separators=(",", ":"))
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))
    for name in versions:
        answered = [case[name] for case in cases if isinstance(case[name], list)]
        print(name, len(answered), "cases,", sum(map(len, answered)), "values")


main()
