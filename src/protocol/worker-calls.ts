/**
 * RPC over a worker's port. A call, its updates and its result are messages on one port, so the platform keeps them in
 * order: no update arrives after the end of its run. Methods take structured-cloneable arguments, then optionally a
 * listener and a signal; `answerCalls` appends these two to the arguments it receives.
 */
import { isRank1Error, Rank1Error, type Rank1ErrorCode } from '../base/errors.ts';

export type ToWorker =
  | { readonly type: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly type: 'abort'; readonly id: number };

export type FromWorker =
  /** arguments of the call's listener */
  | { readonly type: 'update'; readonly id: number; readonly values: readonly unknown[] }
  | { readonly type: 'done'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: SentError };

/** What survives of an error: structured cloning drops its class and own properties. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly code?: Rank1ErrorCode;
}

type Method = (...args: unknown[]) => unknown;

/** What a worker's `self` and a MessagePort have in common. */
export interface CallPort {
  postMessage(message: FromWorker): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
}

/** Makes the methods of `api` callable from the other end of `port`. Ignores other messages. */
export function answerCalls(api: object, port: CallPort = globalThis as unknown as CallPort): void {
  const running = new Map<number, AbortController>();
  const answer = async (id: number, name: string, args: readonly unknown[]): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    const listener = (...values: unknown[]): void => port.postMessage({ type: 'update', id, values });
    try {
      const method = (api as Record<string, Method>)[name] as Method;
      const value = await method.call(api, ...args, listener, controller.signal);
      port.postMessage({ type: 'done', id, value });
    } catch (error) {
      port.postMessage({ type: 'failed', id, error: sentError(error) });
    } finally {
      running.delete(id);
    }
  };
  port.addEventListener('message', ({ data }) => {
    if (data?.type === 'call') void answer(data.id, data.method, data.args);
    if (data?.type === 'abort') running.get(data.id)?.abort();
  });
}

function sentError(thrown: unknown): SentError {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { name, message, ...(isRank1Error(thrown) && { code: thrown.code }) };
}

export function receivedError({ name, message, code }: SentError): Error {
  if (code !== undefined) return new Rank1Error(code, message);
  if (name === 'TypeError') return new TypeError(message);
  if (name === 'RangeError') return new RangeError(message);
  return Object.assign(new Error(message), { name });
}
