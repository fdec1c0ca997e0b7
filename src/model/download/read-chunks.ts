/**
 * A body piece by piece, until it ends. Throws what broke it, or the signal's reason: it waits for nothing after that,
 * as a body that was aborted when its last bytes had come does not always say so.
 */
export async function* readChunks(
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  if (!reader) return;
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
  aborted.catch(() => undefined);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await Promise.race([reader.read(), aborted]);
      if (done) return;
      yield value;
    }
  } finally {
    // Whoever stops reading early wants no more of it; a body that has ended or failed does not mind.
    reader.cancel().catch(() => undefined);
  }
}
