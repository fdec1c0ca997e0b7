/** A small model folder with a true manifest, and a server for it that lives in the worker that asks. */
import { RANK1_PROFILE } from '../../src/model/scoring-profile.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import { TINY_CONFIG } from './tiny-config.ts';

const GRAPH = 'onnx/model_q4.onnx';
const WEIGHTS = 'onnx/model_q4.onnx_data';
const WEIGHT_BYTES = 60_000;
const NUM_CHUNKS = 4;

export const SMALL_MODEL_URL = 'https://models.test/small/';

type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

export async function smallModel(): Promise<Files> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>([
    ['config.json', json(TINY_CONFIG)],
    ['tokenizer.json', json({})],
    ['tokenizer_config.json', json({})],
    [GRAPH, Uint8Array.from({ length: 500 }, (_, at) => at)],
    [WEIGHTS, Uint8Array.from({ length: WEIGHT_BYTES }, (_, at) => (at * 7) ^ (at >> 8))],
  ]);
  const listed: Record<string, { bytes: number; sha256: string }> = {};
  for (const [path, bytes] of files) listed[path] = { bytes: bytes.length, sha256: await sha256(bytes) };
  const q4 = {
    onnx: GRAPH,
    externalData: [WEIGHTS],
    layout: 'rank1',
    kvDtype: 'float32',
    maxPositions: 128,
  } as const;
  const manifest: Manifest = { version: 1, models: { q4 }, files: listed, profile: RANK1_PROFILE };
  return files.set('rank1.json', json(manifest));
}

/**
 * @param inMidBody called for the weights, when half of them have been sent; the body breaks with what it throws. Returns
 *   whether the next byte is to be another.
 */
export function serve(files: Files, inMidBody: () => Promise<boolean>): typeof globalThis.fetch {
  return (input) => {
    const url = input instanceof Request ? input.url : String(input);
    const path = url.slice(SMALL_MODEL_URL.length);
    const bytes = files.get(path);
    if (!bytes) return Promise.resolve(new Response('no such file', { status: 404 }));
    const chunkBytes = Math.ceil(bytes.length / NUM_CHUNKS);
    let at = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const isDamaged = path === WEIGHTS && at === 2 * chunkBytes && (await inMidBody());
          const chunk = bytes.slice(at, (at += chunkBytes));
          if (isDamaged) chunk[0]! ^= 1;
          controller.enqueue(chunk);
          if (at >= bytes.length) controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    return Promise.resolve(new Response(body));
  };
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const json = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value));
