/**
 * Starts the runtime's threads ahead of the first session, so that a start that hangs is told from
 * a session that takes long. The page sets the time limit, because the hang may block this worker.
 */
import { loadingRuntime } from './ort.ts';
import type { Ort } from './runtime-host.ts';

/** @throws Rank1Error `network` or `access-denied` if the WebAssembly could not be fetched or compiled */
export async function startThreads(ort: Ort, onStage: (stage: 'runtime' | 'session') => void): Promise<void> {
  const stopWatching = whenFetched(() => onStage('runtime'));
  try {
    // Any session starts them; this one computes y = x.
    const options = { executionProviders: ['cpu'] };
    const session = await loadingRuntime(() => ort.InferenceSession.create(identityModel(), options));
    await session.release();
  } finally {
    stopWatching();
  }
  onStage('session');
}

/** Calls `onFetched` when this realm has fetched WebAssembly; a slow network is not a hang. */
function whenFetched(onFetched: () => void): () => void {
  const observer = new PerformanceObserver((list) => {
    if (!list.getEntries().some(({ name }) => /\.wasm([?#]|$)/.test(name))) return;
    observer.disconnect();
    onFetched();
  });
  observer.observe({ type: 'resource', buffered: true });
  return () => observer.disconnect();
}

/** ONNX protobuf of one Identity node on a float. */
export function identityModel(): Uint8Array {
  const field = (tag: number, bytes: readonly number[]): number[] => [(tag << 3) | 2, bytes.length, ...bytes];
  const number = (tag: number, value: number): number[] => [tag << 3, value];
  const text = (tag: number, value: string): number[] => field(tag, [...new TextEncoder().encode(value)]);
  const float = field(1, [...number(1, 1), ...field(2, field(1, number(1, 1)))]);
  const tensor = (name: string): number[] => [...text(1, name), ...field(2, float)];
  const node = [...text(1, 'x'), ...text(2, 'y'), ...text(4, 'Identity')];
  const graph = [...field(1, node), ...text(2, 'g'), ...field(11, tensor('x')), ...field(12, tensor('y'))];
  return Uint8Array.from([...number(1, 8), ...field(7, graph), ...field(8, number(2, 13))]);
}
