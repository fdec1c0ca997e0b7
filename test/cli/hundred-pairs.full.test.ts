/**
 * The same hundred pairs through every door in front of the engine: itself, `serve`, the command line and each
 * adapter. All are held to the oracle's order and scores. `serve` judges on native code, and its answers are kept on their way: they
 * are the engine's own; the adapters get them where they ask for the very pairs that were judged.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Document } from '@langchain/core/documents';
import { rerank } from 'ai';
import { CohereClientV2 } from 'cohere-ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rank1RerankingModel } from '../../src/adapters/ai-sdk.ts';
import { Rank1DocumentCompressor } from '../../src/adapters/langchain.ts';
import { Rank1NodePostprocessor } from '../../src/adapters/llamaindex.ts';
import {
  toCohereResponse,
  toJinaResponse,
  toTeiResponse,
  toVoyageResponse,
} from '../../src/adapters/responses.ts';
import type { RerankEngine } from '../../src/cli/engine/rerank-engine.ts';
import { RerankServer } from '../../src/cli/serve/rerank-server.ts';
import { parseServeArguments } from '../../src/cli/serve/serve-arguments.ts';
import { toDocument } from '../../src/client/check-arguments.ts';
import type { Reranker } from '../../src/client/reranker.ts';
import type { RerankResponse } from '../../src/client/rerank-result.ts';
import { readTrecRun, sourceFile } from '../../src/evaluation/index.ts';
import { documentText } from '../../src/rank1/prompt.ts';
import { TextNode } from '../fakes/llamaindex-node.ts';
import { hundredByQuery, hundredExpected, type QueryGroup } from '../harness/hundred-pairs.ts';
import { BIN, openLocalEngine, REAL_THREAD } from './local-engines.ts';

const GROUPS = hundredByQuery();
const { maxNewTokens } = hundredExpected.options;

type Ranking = readonly (readonly [index: number, score: number | undefined])[];

/** Index and score, best first: the oracle's order, and its scores within 1e-4. */
function expectOracle(ranking: Ranking, { order, expected }: QueryGroup): void {
  expect(ranking.map(([index]) => index)).toEqual(order);
  for (const [index, score] of ranking) expect(Math.abs(score! - expected[index]!.score)).toBeLessThan(1e-4);
}

let engine: RerankEngine;
let server: RerankServer;
const answers: RerankResponse[] = [];
const served: Ranking[] = [];

beforeAll(async () => {
  ({ engine } = await openLocalEngine(REAL_THREAD));
  const settings = parseServeArguments(['--max-new-tokens', String(maxNewTokens)], {});
  server = new RerankServer({ ...settings, engine: recording(engine) });
  const { port } = await server.listen('127.0.0.1', 0);
  const client = new CohereClientV2({ environment: `http://127.0.0.1:${port}`, token: 'none' });
  for (const { query, documents } of GROUPS) {
    // The service takes texts only; a title is put before its text, as the prompt has it.
    const texts = documents.map(({ title, text }) => (title ? `${title} ${text}` : text));
    const { results } = await client.rerank({ model: 'any', query, documents: texts });
    served.push(results.map(({ index, relevanceScore }) => [index, relevanceScore]));
  }
});
afterAll(async () => {
  await server.drain(0);
  await engine.close();
});

function recording(engine: RerankEngine): RerankEngine {
  return {
    modelName: engine.modelName,
    numRestarts: 0,
    load: () => engine.load(),
    isReachable: () => engine.isReachable(),
    close: () => engine.close(),
    async rerank(call) {
      const response = await engine.rerank(call);
      answers.push(response);
      return response;
    },
  };
}

/** A reranker that has judged already, and answers to the very pairs of that query only: the texts as the model reads them. */
function answered(place: number): Pick<Reranker, 'rerank'> {
  const group = GROUPS[place]!;
  return {
    rerank({ query, documents }) {
      expect(query).toBe(group.query);
      expect(documents.map((document) => documentText(toDocument(document)))).toEqual(
        group.documents.map(documentText),
      );
      return Promise.resolve(answers[place] as RerankResponse<never>);
    },
  };
}

describe('the hundred pairs have the order and the scores of the oracle', () => {
  it('in the engine, chains included', () => {
    for (const [place, group] of GROUPS.entries()) {
      const { results } = answers[place]!;
      expectOracle(
        results.map(({ index, score }) => [index, score]),
        group,
      );
      for (const { index, reasoning } of results) expect(reasoning).toBe(group.expected[index]!.reasoning);
    }
  });

  it("through serve, asked by Cohere's client", () => {
    for (const [place, group] of GROUPS.entries()) expectOracle(served[place]!, group);
  });

  it('through the command line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rank1-hundred-'));
    try {
      const requests = GROUPS.map(({ query, documents }, qid) => ({
        query: { qid, text: query },
        candidates: documents.map((doc, docid) => ({ docid, score: -docid, doc })),
      }));
      const file = join(folder, 'requests.jsonl');
      writeFileSync(file, requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
      const options = ['--input', 'rank-llm', '--output', 'trec', '--device', 'cpu'];
      const cap = ['--max-new-tokens', String(maxNewTokens)];
      const output = await new Promise<string>((resolve, reject) => {
        execFile(process.execPath, [BIN, 'rerank', ...options, ...cap, file], (error, stdout) =>
          error ? reject(error) : resolve(stdout),
        );
      });
      const run = await readTrecRun(sourceFile('run', output));
      for (const [qid, group] of GROUPS.entries()) {
        const differences = [...run.get(String(qid))!];
        expectOracle(
          differences.map(([docid, difference]) => [Number(docid), 1 / (1 + Math.exp(-difference))]),
          group,
        );
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('through the reranking model of the AI SDK', async () => {
    for (const [place, group] of GROUPS.entries()) {
      const model = rank1RerankingModel({ reranker: answered(place) });
      const documents = group.documents.map(({ title = '', text }) => ({ title, text }));
      const { ranking } = await rerank({ model, query: group.query, documents });
      expectOracle(
        ranking.map(({ originalIndex, score }) => [originalIndex, score]),
        group,
      );
    }
  });

  it('through the document compressor of LangChain.js', async () => {
    for (const [place, group] of GROUPS.entries()) {
      const documents = group.documents.map(
        ({ title, text }, index) => new Document({ pageContent: text, metadata: { title, index } }),
      );
      const compressor = new Rank1DocumentCompressor({ reranker: answered(place) });
      const compressed = await compressor.compressDocuments(documents, group.query);
      expectOracle(
        compressed.map(({ metadata }) => [Number(metadata['index']), Number(metadata['relevanceScore'])]),
        group,
      );
    }
  });

  it('through the node postprocessor of LlamaIndex.TS', async () => {
    for (const [place, group] of GROUPS.entries()) {
      const nodes = group.documents.map(({ title, text }, index) => ({
        node: new TextNode({ text, metadata: { title, index } }),
      }));
      const postprocessor = new Rank1NodePostprocessor({ reranker: answered(place) });
      const processed = await postprocessor.postprocessNodes(nodes, group.query);
      expectOracle(
        processed.map(({ node, score }) => [Number(node.metadata['index']), score]),
        group,
      );
    }
  });

  it('in the shapes of Cohere, Jina, Voyage and text-embeddings-inference', () => {
    for (const [place, group] of GROUPS.entries()) {
      const answer = answers[place]!;
      const about = { model: 'rank1-demo', id: 'id' };
      const shapes = [
        toCohereResponse(answer, about).results,
        toJinaResponse(answer, about).results,
        toVoyageResponse(answer, about).data,
        toTeiResponse(answer).map(({ index, score }) => ({ index, relevance_score: score })),
      ];
      for (const results of shapes)
        expectOracle(
          results.map(({ index, relevance_score }) => [index, relevance_score]),
          group,
        );
    }
  });
});
