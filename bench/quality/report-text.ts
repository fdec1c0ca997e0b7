/** The sentences of the quality report that no figure changes. */

export const METHOD = `Greedy unless it says samples; rank1's prompt; WASM, one thread, in Node; the service, engine and runtime are those of
the page. **The demo model is a small stand-in for rank1 (12.8 million parameters, trained for this project). No rank1 weights were at
hand: these figures say nothing about rank1, and nothing here is an estimate.** On neither collection does the demo model beat BM25; what the report is
for is to see what a mode, a dtype and a rounding change.

- **SelQA dev** (Apache-2.0): the sentences of a Wikipedia section, at most a dozen or so a question, often one of them an answer. First stage: BM25 over all
  sentences of the set (MiniSearch's BM25+). The model's training looked at this set while it was tuned.
- **TREC DL 2019**: the passages' licence lets them be measured and not shown, so there are figures only. First stage: the BM25 run that comes with the
  judgements, its top 10. nDCG@10 is computed against all judged documents, so a perfect order of ten candidates stays far below 1.
- \`rethink\` tells each chain once to wait and think on; \`samples\` is the mean of two chains at temperature 0.6.
- Intervals: 10,000 bootstrap resamples over queries, 95 %. Random order is the exact expectation, best order sorts the same candidates by grade.
- Every verdict's logit difference is in [results.json](quality/results.json), without texts and chains.`;

export const LOSS = `**The demo model was trained on its rounded weights**: the last part of the training ran on the very 4-bit grid, in blocks of 32, that is published, and
the unquantised weights are not kept. So fp32 here holds the published numbers, and the rows of q4 as published show the order in which kernels add up, no
rounding. What plain rounding to nearest costs is shown by the rows whose blocks have another size: they have other scales, and every weight is rounded once
more. That is what rounding does to this model; it says nothing about rank1.

The same documents under both forms. The last columns are the mean change of nDCG@10, with its 95 % interval from ten queries on.`;

export const ORIGIN = `## Rounding the weights themselves

What rounding to 4 bits cost was measured in training, where both weights were at hand
(\`training/results/full-precision-150-queries.json\` and \`4-bit-150-queries.json\`, PyTorch, bf16 arithmetic, 150 queries of SelQA dev and all 43 of DL19, top 20):
nDCG@10 0.826 at full precision and 0.835 in 4 bits on SelQA, 0.442 and 0.456 on DL19. The last part of the training ran on the rounded
weights, so there is nothing lost. First stages there: SelQA 0.883 (its own BM25), DL19 0.506; random 0.423 and 0.398.

## Make it again

    npm run quality -- --data <folder with evaluation/selqa and evaluation/trec_dl19>

It goes on from where it was interrupted, with the same data and weights only. \`--each\` and \`--main\` choose how many queries, \`--minutes\` ends it early, \`--report-only\` measures nothing.`;
