/** Sampled chains from a server: what is asked for, and that their mean is the verdict. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunOptions, RerankUpdate } from '../../../src/protocol/rerank-api.ts';
import { RemoteBackend } from '../../../src/remote/remote-backend.ts';
import { CompletionsServer, DONE, event, sendEvents, type Answer } from './completions-server.ts';

let server: CompletionsServer;
beforeEach(async () => void (server = await CompletionsServer.start()));
afterEach(() => server.stop());

type Finished = Extract<RerankUpdate, { type: 'finished' }>;

async function judge(options: RunOptions, texts: readonly string[], answer: Answer) {
  server.answer = answer;
  const backend = new RemoteBackend({ endpoint: server.endpoint, retryDelayMs: 1 });
  await backend.load();
  const updates: RerankUpdate[] = [];
  const documents = texts.map((text) => ({ text }));
  const { signal } = new AbortController();
  await backend.rerank({ query: 'q', documents, options }, (batch) => updates.push(...batch), signal);
  const finished = updates.filter((update): update is Finished => update.type === 'finished');
  return { updates, finished: finished.sort((a, b) => a.index - b.index) };
}

/** Each seed thinks its own thought; the answer's logits are told by the thought alone. */
const sampled =
  (differences: readonly number[]): Answer =>
  ({ body }, response) => {
    const numbers = seeds();
    if (body.max_tokens === 1) {
      const number = Number(/thought (\d+)/.exec(body.prompt)?.[1]);
      // log p of the two, so that they add up to less than 1
      const top = { ' true': -10 + differences[number]!, ' false': -10 };
      return sendEvents(response, [event(' true', { top, finish: 'length' }), DONE]);
    }
    // Logprobs of the sampled step, at the server's temperature, must not be taken for the score.
    const wrong = { ' true': -0.5, ' false': -0.9 };
    const text = `thought ${numbers.indexOf(body['seed'] as number)}.`;
    sendEvents(response, [
      event(text),
      event('</think>'),
      event(' true', { top: wrong, finish: 'stop' }),
      DONE,
    ]);
  };

/** of the chains asked for, in the order of asking, each once */
function seeds(): number[] {
  const chains = server.completions.filter(({ body }) => body.max_tokens > 1);
  return [...new Set(chains.map(({ body }) => body['seed'] as number))];
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('sampled chains', () => {
  it('are asked for with the temperature and a seed each, and their mean is the verdict', async () => {
    const differences = [2, -1, 0.5];
    const { finished, updates } = await judge({ samples: 3, temperature: 0.8 }, ['a'], sampled(differences));
    const chains = server.completions.filter(({ body }) => body.max_tokens > 1);
    expect(chains.map(({ body }) => body['temperature'])).toEqual([0.8, 0.8, 0.8]);
    expect(seeds()).toHaveLength(3);
    const asked = server.completions.filter(({ body }) => body.max_tokens === 1);
    expect(asked.map(({ body }) => body['temperature'])).toEqual([0, 0, 0]);
    expect(finished).toHaveLength(1);
    const scores = differences.map(sigmoid);
    const mean = (scores[0]! + scores[1]! + scores[2]!) / 3;
    expect(finished[0]?.verdict?.score).toBeCloseTo(mean, 9);
    expect(finished[0]?.verdict).toMatchObject({ forced: false });
    expect(finished[0]?.samples?.map(({ verdict }) => verdict.score)).toEqual(
      scores.map((score) => expect.closeTo(score, 9) as number),
    );
    expect(finished[0]).toMatchObject({ reasoning: 'thought 2.', finishReason: 'verdict' });
    expect(updates.filter(({ type }) => type === 'started')).toHaveLength(1);
    expect(updates.some(({ type }) => type === 'reasoning')).toBe(false);
  });

  it('have the seeds of the run, whatever runs beside them', async () => {
    const run = async (seed: number, texts: readonly string[]) => {
      server.seen.length = 0;
      await judge({ samples: 2, seed }, texts, sampled([1, 1]));
      return seeds().sort();
    };
    const alone = await run(5, ['a']);
    expect(await run(5, ['b', 'a', 'c'])).toEqual(alone);
    expect((await run(6, ['a'])).filter((seed) => alone.includes(seed))).toEqual([]);
  });

  it('are greedy and one without samples, and at temperature 0', async () => {
    for (const options of [{}, { samples: 3, temperature: 0 }]) {
      server.seen.length = 0;
      const { finished } = await judge(options, ['a'], (_request, response) =>
        sendEvents(response, [
          event('So.'),
          event('</think>'),
          event(' true', { top: { ' true': -1, ' false': -2 }, finish: 'stop' }),
          DONE,
        ]),
      );
      expect(server.completions.map(({ body }) => [body['temperature'], body['seed']])).toEqual([
        [0, undefined],
      ]);
      expect(finished[0]).not.toHaveProperty('samples');
    }
  });

  it('leave a document without a verdict when one of them has none', async () => {
    const answer = sampled([1, 2]);
    const { finished } = await judge({ samples: 2 }, ['a', 'b'], (request, response, number) => {
      const { prompt, max_tokens } = request.body;
      if (max_tokens === 1 && prompt.includes('Passage: a') && prompt.includes('thought 1'))
        return sendEvents(response, [event('Hm', { top: { Hm: -1 }, finish: 'length' }), DONE]);
      return answer(request, response, number);
    });
    expect(finished).toMatchObject([
      { index: 0, finishReason: 'failed', verdict: null },
      { index: 1, finishReason: 'verdict', verdict: { label: 'true' } },
    ]);
    expect(finished[0]).not.toHaveProperty('samples');
  });

  it('end with their document, once, when the run is aborted', async () => {
    server.answer = (_request, response) => void response.writeHead(200).write(event('So'));
    const backend = new RemoteBackend({ endpoint: server.endpoint });
    await backend.load();
    const run = new AbortController();
    const updates: RerankUpdate[] = [];
    const documents = [{ text: 'a' }, { text: 'b' }];
    const options = { samples: 3, maxSlots: 4 };
    const onUpdates = (batch: RerankUpdate[]): void => {
      updates.push(...batch);
      if (batch.some(({ type }) => type === 'started')) run.abort();
    };
    const summary = await backend.rerank({ query: 'q', documents, options }, onUpdates, run.signal);
    expect(summary).toMatchObject({ aborted: true, numFinished: 0 });
    const finished = updates.filter((update): update is Finished => update.type === 'finished');
    expect(finished.map(({ index, finishReason }) => [index, finishReason]).sort()).toEqual([
      [0, 'aborted'],
      [1, 'aborted'],
    ]);
  });
});
