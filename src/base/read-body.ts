/** Bodies of HTTP responses, piece by piece or whole within a limit. Nothing that was read is kept alive. */
import { untilAborted } from './async.ts';

/**
 * The chunks of `body` until it ends. A reader that stops early cancels the rest.
 * @throws what broke the body, or the signal's reason: at once, as an aborted body does not always end
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
    reader.cancel().catch(() => undefined); // a body that has ended or failed does not mind
  }
}

/**
 * All of `body`; null when it has more than `maxBytes`, of which no more than that and one chunk is ever held.
 * @param onChunk called for every chunk, for those that watch for silence
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
