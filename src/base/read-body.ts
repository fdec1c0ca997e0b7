/** Reads HTTP response bodies, chunk by chunk or whole within a limit. Keeps no reference to what was read. */
import { untilAborted } from './async.ts';

/**
 * The chunks of `body` until it ends. A consumer that stops early cancels the rest.
 * @throws the body's error, or the signal's reason at once: an aborted body does not always end
 */
export async function* readChunks(
  body: ReadableStream<Uint8Array> | null,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const reader = body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await untilAborted(reader.read(), signal);
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined); // rejects if the body has already failed
  }
}

/**
 * All of `body`; null if it exceeds `maxBytes`. Holds at most that plus one chunk.
 * @param onChunk called for every chunk, to reset an idle timeout
 * @throws as `readChunks` does
 */
export async function readBody(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  { signal, onChunk }: { readonly signal?: AbortSignal; readonly onChunk?: () => void } = {},
): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of readChunks(body, signal)) {
    onChunk?.();
    size += chunk.length;
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
