/** What is asked of a hub for weights, by ranges, and what is taken for an answer. */
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/convert/checkpoint.ts';
import { HttpCheckpoint, type HttpCheckpointOptions } from '../../../src/convert/http-checkpoint.ts';
import { checkTiedHead } from '../../../src/convert/tied-head.ts';
import type { ModelSpec } from '../../../src/model/model-spec.ts';
import { fileOf } from './support/safetensors-file.ts';

type Range = readonly [start: number, end: number];

/** A hub of one file. */
class Hub {
  readonly asked: Range[] = [];
  readonly #file: Uint8Array<ArrayBuffer>;

  constructor(file: Uint8Array<ArrayBuffer>) {
    this.#file = file;
  }

  open(options: HttpCheckpointOptions = {}): HttpCheckpoint {
    return new HttpCheckpoint('http://hub.test/model', { fetch: this.#answer, ...options });
  }

  readonly #answer: typeof fetch = (url, init) => {
    init?.signal?.throwIfAborted();
    if (!String(url).endsWith('/model.safetensors'))
      return Promise.resolve(new Response(null, { status: 404 }));
    const [, first, last] = /bytes=(\d+)-(\d+)/.exec(new Headers(init?.headers).get('range')!)!;
    const [start, end] = [Number(first), Number(last) + 1];
    this.asked.push([start, end]);
    const headers = { 'content-range': `bytes ${start}-${end - 1}/${this.#file.length}` };
    return Promise.resolve(new Response(this.#file.subarray(start, end), { status: 206, headers }));
  };
}

describe('a head beside tied embeddings', () => {
  const [vocabSize, hiddenSize] = [10_240, 1024];
  const tensorBytes = vocabSize * hiddenSize * 2; // more than a request brings
  const spec = { tieWordEmbeddings: true, vocabSize, hiddenSize } as ModelSpec;
  const entry = (start: number) => ({
    dtype: 'BF16',
    shape: [vocabSize, hiddenSize],
    data_offsets: [start, start + tensorBytes],
  });
  const entries = { 'model.embed_tokens.weight': entry(0), 'lm_head.weight': entry(tensorBytes) };

  it('is compared without asking for a byte twice', async () => {
    const file = fileOf(entries, 2 * tensorBytes);
    const hub = new Hub(file);
    const checkpoint = await openCheckpoint(hub.open());
    hub.asked.length = 0;
    await checkTiedHead(checkpoint, spec);
    const ends = hub.asked.sort(([a], [b]) => a - b).map(([, end]) => end);
    expect(hub.asked.map(([start]) => start)).toEqual([file.length - 2 * tensorBytes, ...ends.slice(0, -1)]);
    expect(ends.at(-1)).toBe(file.length);
  });

  it('is asked for until it is aborted', async () => {
    const hub = new Hub(fileOf(entries, 2 * tensorBytes));
    const abort = new AbortController();
    const checkpoint = await openCheckpoint(hub.open({ signal: abort.signal }));
    abort.abort(new Error('stop'));
    await expect(checkTiedHead(checkpoint, spec)).rejects.toThrow('stop');
  });
});
