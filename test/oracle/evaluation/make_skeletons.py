"""Makes test/fixtures/evaluation/*.skeleton.json.gz: ids, grades and scores of evaluation sets, without any text.

    python3 test/oracle/evaluation/make_skeletons.py NAME=PATH_TO_EVAL_JSONL_GZ ...

The committed files were made from the project's evaluation data (`dl19`: TREC DL 2019 passage, top 100 of BM25, NIST
judgements; `cranfield`: Cranfield 1400, top 100 of BM25). Queries and documents stay out: their licences do not allow
passing them on. One query is [qid, [[docid, grade or null, first-stage score], ...] in given order, ideal grades].
"""

import gzip
import json
import pathlib
import sys

OUTPUT = pathlib.Path(__file__).parents[2] / "fixtures" / "evaluation"

for argument in sys.argv[1:]:
    name, path = argument.split("=", 1)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        queries = [json.loads(line) for line in lines]
    skeleton = [
        [q["qid"], [[c["docid"], c["grade"], c["score"]] for c in q["candidates"]], q["ideal_grades"]] for q in queries
    ]
    text = json.dumps(skeleton, separators=(",", ":"))
    (OUTPUT / f"{name}.skeleton.json.gz").write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))
    print(name, len(skeleton), "queries")
