"""Makes test/fixtures/evaluation/rules.json.gz: seeded collections with the figures of trec_eval, BEIR and mteb.

    pip install beir==2.2.0 mteb==2.26.0 pytrec-eval-terrier==0.5.11
    python3 test/oracle/evaluation/make_rules.py PATH_TO_TREC_EVAL_9 PATH_TO_TREC_EVAL_10

trec_eval is built as `make_golden.py` says; its tag v9.0.8 keeps scores as 32-bit floats, the later tag
trec_eval-9.0.8 does not. Each case is a BEIR folder and a run of it, as text. They differ in quoted
ids, headers, columns after the third, documents that are their own query, queries that only the run or only the
judgements have, grades, ties and run tags with spaces. `beir` holds what BEIR's loader and evaluation make of the
folder, `mteb` and `mtebOwn` what mteb's evaluator does without and with `ignore_identical_ids`, `trecEval9` and
`trecEval10` what the binaries print for the same judgements in TREC's form; null where ids hold spaces, and for
version 10 where the run lacks a judged query, at which it stops.
"""

import gzip
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import pytrec_eval
from beir.datasets.data_loader import GenericDataLoader
from beir.retrieval.evaluation import EvaluateRetrieval
from mteb._evaluators.retrieval_metrics import calculate_retrieval_scores

NUM_CASES = 72
SEED = 20261128
CUTOFFS = [1, 5, 10, 20, 100]
OUTPUT = pathlib.Path(__file__).parents[2] / "fixtures" / "evaluation" / "rules.json.gz"
HEADERS = ["query-id\tcorpus-id\tscore", "qid\tdocid\tgrade", '"query-id"\t"corpus-id"\t"score"', "a\tb\tc\td"]
WORDS = ["Heroes", "PLAIN-2", "MED 10", 'say "so"', "7", "10", "é\u3000字", "\U0001f600", "\uff21", '"', "x_y", "a'b"]


def make_ids(rng, words, count):
    ids = {}
    while len(ids) < count:
        ids["-".join(rng.choice(words) for _ in range(rng.randint(1, 3)))] = True
    return list(ids)


def csv_column(rng, text):
    """As csv.writer would quote it, and sometimes without need."""
    if text.startswith('"') or rng.random() < 0.2:
        return '"' + text.replace('"', '""') + '"'
    return text


def make_case(index):
    rng = random.Random(SEED + index)
    words = [word for word in WORDS if index % 2 or not set(word) & set(' "')]
    qids = make_ids(rng, words, rng.randint(2, 7))
    docids = make_ids(rng, words, rng.randint(4, 40))
    docids = list(dict.fromkeys(docids + [qid for qid in qids if rng.random() < 0.6]))
    grades = [[0, 1], [0, 1, 2, 3], [1], [-1, 0, 2]][(index // 2) % 4]
    scores = [
        lambda: rng.randint(-40, 40) / 4,  # many ties, exact as 32-bit floats
        lambda: rng.randint(-4000, 4000) / 256,
        lambda: 1 - rng.randint(0, 5) * 2.0**-30,  # saturated: only doubles tell them apart
    ][index % 3]
    qrels, run = [], {}
    for position, qid in enumerate(qids):
        # The first query is judged and retrieved; of the others some lack one or the other.
        if position == 0 or rng.random() < 0.75:
            judged = rng.sample(docids, rng.randint(1, len(docids)))
            # trec_eval 9 reads past its table for a query whose grades are all negative.
            qrels += [[qid, doc, rng.choice(grades) if i else max(grades[0], 0)] for i, doc in enumerate(judged)]
        if position == 0 or rng.random() < 0.8:
            retrieved = rng.sample(docids, rng.randint(1, len(docids)))
            if qid in docids and rng.random() < 0.8:
                retrieved = list(dict.fromkeys([qid, *retrieved]))
            run[qid] = {doc: scores() for doc in retrieved}
    if index % 9 == 4:
        run[qids[0]] = {qids[0]: 1.0}  # nothing is left of it in BEIR
        docids = list(dict.fromkeys([*docids, qids[0]]))
    rng.shuffle(qrels)
    header = HEADERS[index % 4]
    rest = "\textra" if index % 4 == 3 else ""
    lines = ["\t".join(map(str, [csv_column(rng, q), csv_column(rng, d), g])) + rest for q, d, g in qrels]
    return {
        "name": f"{index:02d}, grades {grades}",
        "isExactInSinglePrecision": index % 3 != 2,
        "corpus": [{"_id": doc, "title": rng.choice(["", "Title"]), "text": f"text {i}"} for i, doc in enumerate(docids)],
        "queries": [{"_id": qid, "text": f"question {i}"} for i, qid in enumerate(qids)],
        "qrelsFile": "\n".join([header, *lines]) + ("\r\n" if index % 5 == 0 else "\n"),
        "runTag": ["tag", "my run, third try"][index % 2],
        "run": run,
    }


def beir_figures(case, folder):
    (folder / "qrels").mkdir(exist_ok=True)
    for name in ("corpus", "queries"):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in case[name])
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(case["qrelsFile"], encoding="utf-8", newline="")
    _, queries, qrels = GenericDataLoader(str(folder)).load("test")
    results = {qid: dict(scores) for qid, scores in case["run"].items() if qid in queries}
    means = {}
    for part in EvaluateRetrieval.evaluate(qrels, results, CUTOFFS):
        means.update(part)
    # The same evaluator on the same input, for what BEIR rounds away.
    names = {f"{name}.{','.join(map(str, CUTOFFS))}" for name in ("ndcg_cut", "map_cut", "recall", "P")}
    per_query = pytrec_eval.RelevanceEvaluator(qrels, names).evaluate(results)
    return {"means": means, "perQuery": per_query}, qrels


def mteb_figures(case, qrels, ignore_identical_ids):
    results = {qid: dict(scores) for qid, scores in case["run"].items() if qid in qrels}
    if ignore_identical_ids:
        for qid, scores in results.items():
            scores.pop(qid, None)
    figures = calculate_retrieval_scores(results, qrels, CUTOFFS)
    return {"perQuery": figures.all_scores, "mrr": figures.mrr}


def trec_figures(binary, case, qrels, folder):
    ids = [*qrels, *case["run"], *(doc["_id"] for doc in case["corpus"])]
    if any(set(text) & set(" ") for text in ids):
        return None
    lines = [f"{q} 0 {d} {g}" for q, rows in qrels.items() for d, g in rows.items()]
    (folder / "qrels.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = [f"{q} Q0 {d} 1 {s!r} {case['runTag']}" for q, rows in case["run"].items() for d, s in rows.items()]
    (folder / "run.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    measures = [f"{name}.{','.join(map(str, CUTOFFS))}" for name in ("ndcg_cut", "map_cut", "recall", "P")]
    arguments = [part for measure in [*measures, "num_q", "recip_rank"] for part in ("-m", measure)]
    result = subprocess.run(
        [binary, "-q", *arguments, str(folder / "qrels.txt"), str(folder / "run.txt")],
        capture_output=True,
        encoding="utf-8",
    )
    if result.returncode != 0:
        return None
    rows = [[column.strip(" ") for column in line.split("\t")] for line in result.stdout.split("\n") if line]
    return [[measure, qid, float(value)] for measure, qid, value in rows]


def main():
    cases = [make_case(index) for index in range(NUM_CASES)]
    for case in cases:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            case["beir"], qrels = beir_figures(case, folder)
            case["qrels"] = qrels
            case["mteb"] = mteb_figures(case, qrels, False)
            case["mtebOwn"] = mteb_figures(case, qrels, True)
            for version, binary in (("trecEval9", sys.argv[1]), ("trecEval10", sys.argv[2])):
                case[version] = trec_figures(binary, case, qrels, folder)
    text = json.dumps({"cases": cases}, ensure_ascii=False, separators=(",", ":"))
    OUTPUT.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))
    for version in ("trecEval9", "trecEval10"):
        print(version, sum(case[version] is not None for case in cases), "cases")
    print(len(cases), "cases,", OUTPUT.stat().st_size, "bytes")


main()
