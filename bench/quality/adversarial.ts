/**
 * Accuracy on the adversarial pairs, by kind: `npx tsx bench/quality/adversarial.ts <model folder> [all|none]`.
 * The pairs were written for this: what misleads a reranker, and texts beside it that answer the same question.
 */
import { readFileSync } from 'node:fs';
import { loadModelInNode } from '../../scripts/load-model-in-node.ts';
import { nodeJudge } from './node-judge.ts';

interface Pair {
  readonly kind: string;
  readonly query: string;
  readonly document: string;
  /** whether the document answers the query */
  readonly label: boolean;
}

const [folder = 'public/models/rank1-demo', reasons = 'all'] = process.argv.slice(2);
if (reasons !== 'all' && reasons !== 'none') throw new Error(`The reasons are all or none, not ${reasons}.`);

const pairs = readFileSync(new URL('adversarial-pairs.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Pair);
const model = await loadModelInNode(folder, 'q4');
try {
  const judge = await nodeJudge(model, { reasons });
  const byKind = new Map<string, boolean[]>();
  for (const query of new Set(pairs.map((pair) => pair.query))) {
    const group = pairs.filter((pair) => pair.query === query);
    const documents = group.map(({ document }) => ({ text: document }));
    const judged = await judge(query, documents);
    for (const [index, { kind, label }] of group.entries()) {
      const isRight = judged[index]?.verdict?.label === String(label);
      byKind.set(kind, [...(byKind.get(kind) ?? []), isRight]);
    }
  }
  byKind.set('all', [...byKind.values()].flat());
  for (const [kind, rights] of byKind) {
    const numRight = rights.filter(Boolean).length;
    console.log(
      `${kind.padEnd(17)} ${numRight} of ${rights.length}  ${(numRight / rights.length).toFixed(3)}`,
    );
  }
} finally {
  await model.dispose();
}
