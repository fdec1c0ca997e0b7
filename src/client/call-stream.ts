/** A call as a stream of events. */
import type { DocumentInput } from './check-arguments.ts';
import { EventQueue } from './event-queue.ts';
import type { RerankResponse } from './rerank-result.ts';
import type { RerankCallbacks, RerankEvent } from './reranker-options.ts';

type StartCall<D extends DocumentInput> = (
  call: RerankCallbacks & { readonly signal: AbortSignal },
) => Promise<RerankResponse<D>>;

/**
 * @param start starts the call when the first event is requested; leaving the loop aborts it
 * @param signal aborts it as well
 */
export async function* streamCall<D extends DocumentInput>(
  start: StartCall<D>,
  signal: AbortSignal | undefined,
): AsyncGenerator<RerankEvent<D>, void> {
  const left = new AbortController();
  const events = new EventQueue();
  const running = start({
    signal: signal ? AbortSignal.any([left.signal, signal]) : left.signal,
    onLoadProgress: (progress) => events.pushProgress(progress),
    onUpdate: (updates) => events.pushUpdates(updates),
    onState: (state) => events.pushState(state),
  });
  running.then(
    () => events.close(),
    (error: unknown) => events.close({ error }),
  );
  try {
    yield* events;
    yield { type: 'complete', response: await running };
  } finally {
    left.abort();
  }
}
