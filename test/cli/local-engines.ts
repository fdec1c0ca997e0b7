/** The command line's engine in threads of this process, for tests: with the demo model, or a scripted worker. */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inject } from 'vitest';
import { LocalEngine } from '../../src/cli/engine/local-engine.ts';
import { modelPlace } from '../../src/cli/engine/model-place.ts';
import { NodeWorker } from '../../src/cli/engine/node-worker.ts';
import type { DevicePreference } from '../../src/protocol/rerank-api.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const DEMO_MODEL = join(ROOT, 'test/fixtures/demo-model');

/** The command line, bundled. */
export const BIN = join(inject('cliFolder'), 'rank1-rerank.mjs');
export const REAL_THREAD = pathToFileURL(join(inject('cliFolder'), 'engine-thread.mjs'));
/** Answers at once, by hashes of the texts. */
export const HASHED_THREAD = new URL('../fakes/hashed-thread.mjs', import.meta.url);

export interface TestEngine {
  readonly engine: LocalEngine;
  /** Ends the thread at work as a fault would. */
  kill(): void;
}

export async function openLocalEngine(
  thread: URL,
  device: DevicePreference = 'cpu',
  model = DEMO_MODEL,
): Promise<TestEngine> {
  let latest: NodeWorker | undefined;
  const engine = new LocalEngine(
    await modelPlace(model),
    { device },
    () => (latest = new NodeWorker(thread)),
  );
  return { engine, kill: () => latest?.kill() };
}
