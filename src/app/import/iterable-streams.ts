/** Polyfill for pdf.js, which iterates over streams: in WebKit (WebKitGTK 2.50) every page would be read as damaged. */
export function makeStreamsIterable(): void {
  if (Symbol.asyncIterator in ReadableStream.prototype) return;
  Object.defineProperty(ReadableStream.prototype, Symbol.asyncIterator, {
    configurable: true,
    writable: true,
    value: iterate,
  });
}

async function* iterate(this: ReadableStream<unknown>): AsyncGenerator {
  const reader = this.getReader();
  let isDone = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isDone = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!isDone) await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}
