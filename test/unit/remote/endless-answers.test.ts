/** Answers without an end, from a server that is broken or means ill: none is held whole. */
import { expect, it } from 'vitest';
import { CompletionClient } from '../../../src/remote/completion-client.ts';
import { checkRemoteOptions } from '../../../src/remote/remote-options.ts';

const CHUNK = new Uint8Array(2 ** 20).fill(0x20);
/** Where the stream ends after all, so that a reader without a limit ends too. */
const END_BYTES = 256 * 2 ** 20;

function endless(status: number) {
  let numBytes = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      numBytes += CHUNK.length;
      if (numBytes > END_BYTES) controller.close();
      else controller.enqueue(CHUNK);
    },
  });
  const fetch = () => Promise.resolve(new Response(body, { status }));
  const client = new CompletionClient(checkRemoteOptions({ endpoint: 'http://127.0.0.1/v1', fetch }));
  return { client, numBytes: () => numBytes };
}

it.each([200, 400, 500])(
  'an endless body behind the status %i is left after a few megabytes',
  async (status) => {
    const { client, numBytes } = endless(status);
    await expect(client.models(new AbortController().signal)).rejects.toThrow();
    expect(numBytes()).toBeLessThan(32 * 2 ** 20);
  },
);
