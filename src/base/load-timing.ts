/** Parts of a model's load on the browser's timeline (User Timing): DevTools shows them, and `bench/run/startup.ts` adds them up. */

/** `expand` is part of `session`: weights are made while the runtime copies them. */
export type LoadPart = 'download' | 'hash' | 'runtime' | 'graph' | 'session' | 'expand' | 'warm-up';

export async function timed<T>(part: LoadPart, task: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await task();
  record(part, start);
  return result;
}

export function timedSync<T>(part: LoadPart, task: () => T): T {
  const start = performance.now();
  const result = task();
  record(part, start);
  return result;
}

function record(part: LoadPart, start: number): void {
  performance.measure(`rank1 ${part}`, { start, end: performance.now() });
}
