/** What the command line makes of several queries when one of them fails, or documents are judged more than once. */
import { describe, expect, it } from 'vitest';
import { RankingWriter } from '../../../src/cli/rerank/ranking-writer.ts';
import type { OutputFormat } from '../../../src/cli/rerank/rerank-arguments.ts';
import { judgeTasks } from '../../../src/cli/rerank/rerank-command.ts';
import { RerankProgress } from '../../../src/cli/rerank/rerank-progress.ts';
import type { RerankEngine } from '../../../src/cli/engine/rerank-engine.ts';
import { NO_STATS } from '../../../src/protocol/run-defaults.ts';
import type { LoadedModel, RerankUpdate } from '../../../src/protocol/rerank-api.ts';
import { hashedEngine } from '../../fakes/hashed-engine.ts';
import { hashedVerdict } from '../../fakes/hashed-verdict.ts';

const TASKS = ['first', 'second', 'third'].map((query, place) => ({
  queryId: String(place),
  query,
  documents: ['a', 'b'].map((id) => ({ id, text: `text ${id}` })),
}));

const ARGUMENTS = { query: null, options: {}, selection: {} };

function finished(index: number, query: string, text: string): RerankUpdate {
  const figures = { reasoning: 'r', numPromptTokens: 1, numNewTokens: 1, truncated: false };
  return {
    type: 'finished',
    index,
    finishReason: 'verdict',
    verdict: hashedVerdict(query, text),
    ...figures,
  };
}

/** Fails at the second query, when its first document is judged. */
function failingEngine(): RerankEngine {
  const engine = hashedEngine();
  return {
    ...engine,
    load: () =>
      Promise.resolve({
        device: 'wasm',
        deviceReason: '',
        deviceCause: { code: 'asked' },
        dtype: 'q4',
        maxPositions: 1,
        canReason: true,
      }),
    rerank(call) {
      if (call.query !== 'second') return engine.rerank(call);
      call.onUpdate?.([finished(0, 'second', 'text a')], NO_STATS);
      return Promise.reject(new Error('the device is gone'));
    },
  };
}

async function written(output: OutputFormat, tasks = TASKS): Promise<string> {
  let text = '';
  const options = { output, showChains: false, width: 80 };
  const writer = new RankingWriter((part) => (text += part), options, tasks.length);
  const progress = new RerankProgress(null, 6);
  const { signal } = new AbortController();
  await expect(judgeTasks(tasks, ARGUMENTS, failingEngine(), writer, progress, signal)).rejects.toThrow(
    'gone',
  );
  return text;
}

describe('when a query fails, what was judged before it is not lost', () => {
  it('in a TREC run and in a table, which have whole queries only', async () => {
    const run = await written('trec');
    expect(run.trimEnd().split('\n')).toHaveLength(2);
    expect(run).toMatch(/^(0 Q0 [ab] .*\n){2}$/);
    const table = await written('table');
    expect(table).toContain('first\n');
    expect(table).not.toContain('second');
  });

  it('in JSON, which is a list as it would have been', async () => {
    expect(JSON.parse(await written('json'))).toMatchObject([{ query: 'first' }]);
    expect(await written('json', TASKS.slice(1))).toBe('');
  });

  it('in JSON lines, where the documents of that query say what became of them', async () => {
    const lines = (await written('jsonl')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { query: 'first', finishReason: 'verdict' },
      { query: 'first', finishReason: 'verdict' },
      {
        query: 'second',
        id: 'a',
        rank: 1,
        finishReason: 'verdict',
        score: hashedVerdict('second', 'text a').score,
      },
      { query: 'second', id: 'b', rank: null, finishReason: 'aborted' },
    ]);
  });
});

describe('progress', () => {
  it('counts a document once, however often it is judged, and none that was given up', async () => {
    let shown = '';
    const engine: RerankEngine = {
      ...failingEngine(),
      rerank(call) {
        const update = finished(0, 'q', 'a');
        call.onUpdate?.([update], NO_STATS);
        call.onUpdate?.(
          [{ ...update, index: 1, finishReason: 'aborted', verdict: null } as RerankUpdate],
          NO_STATS,
        );
        call.onUpdate?.([update], NO_STATS);
        shown += '|';
        call.onUpdate?.([{ ...update, index: 1 }], NO_STATS);
        return hashedEngine().rerank(call);
      },
    };
    const progress = new RerankProgress({ isTTY: true, write: (text) => (shown += text) }, 4);
    const writer = new RankingWriter(() => undefined, { output: 'trec', showChains: false, width: 80 }, 2);
    const { signal } = new AbortController();
    await judgeTasks(TASKS.slice(0, 2), ARGUMENTS, engine, writer, progress, signal);
    const counts = [...shown.matchAll(/(\d) of 4|\|/g)].map(([, count]) => count ?? '|');
    expect(counts).toEqual(['1', '|', '2', '3', '|', '4']);
  });
});

describe('the progress on a log', () => {
  const lines = (numDocuments: number, model: Pick<LoadedModel, 'deviceReason' | 'deviceCause'>): string => {
    let shown = '';
    const progress = new RerankProgress({ write: (text) => (shown += text) }, numDocuments);
    progress.loaded({ device: 'wasm', dtype: 'q4', maxPositions: 1, canReason: true, ...model });
    progress.endTask(numDocuments);
    return shown;
  };

  it('says why the device was chosen, unless the caller chose it', () => {
    const reason = 'There is no WebGPU adapter here, so the CPU is used.';
    expect(lines(2, { deviceReason: reason, deviceCause: { code: 'no-adapter' } })).toBe(
      `${reason}\n2 of 2 documents\n`,
    );
    expect(lines(2, { deviceReason: 'Chosen.', deviceCause: { code: 'asked' } })).toBe('2 of 2 documents\n');
  });

  it('counts one document as one', () => {
    expect(lines(1, { deviceReason: '', deviceCause: { code: 'asked' } })).toBe('1 of 1 document\n');
  });
});
