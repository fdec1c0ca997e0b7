/** Parses server-sent events as in the HTML standard. Yields `data` only: completions use no other field. */

/** In characters: far more than a completion's event needs. Bounds the memory of an endless one. */
const MAX_EVENT_LENGTH = 1 << 20;

/**
 * @param onBytes called for every chunk of the body
 * @throws RangeError beyond MAX_EVENT_LENGTH, or the body's error
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<string, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let data: string[] = [];
  let dataLength = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return; // an event without its blank line is incomplete and dropped
      onBytes();
      text += decoder.decode(value, { stream: true });
      const lines = text.split(/\r\n|\n|\r(?!$)/);
      text = lines.pop() ?? '';
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield data.join('\n');
          data = [];
          dataLength = 0;
        } else if (line.startsWith('data:')) {
          data.push(line.slice(line[5] === ' ' ? 6 : 5));
          dataLength += line.length; // an empty data line takes memory too
        }
      }
      if (text.length + dataLength > MAX_EVENT_LENGTH)
        throw new RangeError('an event of the stream has no end');
    }
  } finally {
    // Leaving early closes the connection, and the server stops computing.
    await reader.cancel().catch(() => undefined);
  }
}
