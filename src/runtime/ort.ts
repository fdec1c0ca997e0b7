/**
 * ONNX Runtime, one call at a time: two concurrent calls, on the same session or not, crash the page
 * (docs/decisions/0003-one-run-at-a-time.md).
 */
import { Semaphore } from '../base/async.ts';
import { errorMessage, isRank1Error, Rank1Error } from '../base/errors.ts';
import { timed } from '../base/load-timing.ts';
import { moduleRefusal, namingRefusals } from '../base/policy-refusal.ts';
import type { Device } from '../protocol/rerank-api.ts';
import type { Ort, RuntimeHost } from './runtime-host.ts';

export interface OrtRuntime {
  readonly ort: Ort;
  readonly numNativeThreads?: number | undefined;
  /** Runs `task` once every earlier one has settled. */
  readonly exclusive: <T>(task: () => Promise<T>) => Promise<T>;
}

/** One per realm: two models in one worker share ONNX Runtime. */
const calls = new Semaphore();

type OrtHost = Pick<RuntimeHost, 'importOrt' | 'importNative' | 'numNativeThreads'>;

/** @throws Rank1Error `network` or `access-denied`; `device-unavailable` for native code where there is none */
export async function loadOrt(device: Device, host: OrtHost): Promise<OrtRuntime> {
  const load = () => (device === 'cpu' ? importNative(host) : host.importOrt(device));
  const ort = await calls.run(() => timed('runtime', load));
  const { numNativeThreads } = host;
  return { ort, numNativeThreads, exclusive: (task) => calls.run(task) };
}

async function importNative(host: OrtHost): Promise<Ort> {
  if (host.importNative) return host.importNative();
  throw new Rank1Error(
    'device-unavailable',
    'The device "cpu" is native code, which runs only in Node. Choose the device "wasm" or "auto".',
  );
}

/** @throws Rank1Error `network` or `access-denied` if `attempt`, which loads files of the runtime, fails */
export async function loadingRuntime<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await namingRefusals(null, attempt);
  } catch (error) {
    throw isRank1Error(error) ? error : await runtimeMissing(error);
  }
}

/** Why the runtime's code or WebAssembly could not be fetched or started: a policy refusal, else `network`. */
export async function runtimeMissing(cause: unknown): Promise<Rank1Error> {
  const refusal = await moduleRefusal(cause);
  if (refusal) return refusal;
  return new Rank1Error(
    'network',
    `The files of the runtime could not be loaded (${errorMessage(cause).slice(0, 200)}). Check the connection, and that they are served where the page looks for them (assetsUrl).`,
    { cause },
  );
}
