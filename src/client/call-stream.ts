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
export function streamCall<D extends DocumentInput>(
  start: StartCall<D>,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<RerankEvent<D>, void> {
  const left = new AbortController();
  const events = new EventQueue();
  const generator = readCall(start, signal, left.signal, events);
  return {
    next: () => generator.next(),
    return: () => {
      left.abort();
      events.close(); // or the generator would return only after the event that it waits for
      return generator.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* readCall<D extends DocumentInput>(
  start: StartCall<D>,
  signal: AbortSignal | undefined,
  left: AbortSignal,
  events: EventQueue,
): AsyncGenerator<RerankEvent<D>, void> {
  const running = start({
    signal: signal ? AbortSignal.any([left, signal]) : left,
    onLoadProgress: (progress) => events.pushProgress(progress),
    onUpdate: (updates) => events.pushUpdates(updates),
    onState: (state) => events.pushState(state),
  });
  running.then(
    () => events.close(),
    (error: unknown) => events.close({ error }),
  );
  yield* events;
  if (!left.aborted) yield { type: 'complete', response: await running };
}
