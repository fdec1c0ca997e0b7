import type { CDPSession } from '@playwright/test';

/** The page's newest worker, spoken to through the page's session: Playwright opens none for workers. */
export class WorkerTarget {
  #sessionId = '';
  #lastId = 0;
  readonly #waiting = new Map<number, (result: unknown) => void>();

  readonly #cdp: CDPSession;

  constructor(cdp: CDPSession) {
    this.#cdp = cdp;
  }

  async attach(): Promise<void> {
    this.#cdp.on('Target.attachedToTarget', ({ sessionId }) => (this.#sessionId = sessionId));
    this.#cdp.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message) as { id?: number; result?: unknown };
      if (id !== undefined) this.#waiting.get(id)?.(result);
    });
    await this.#cdp.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: false,
    });
  }

  async send(method: string): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = new Promise((resolve) => this.#waiting.set(id, resolve));
    await this.#cdp.send('Target.sendMessageToTarget', {
      sessionId: this.#sessionId,
      message: JSON.stringify({ id, method }),
    });
    return answer;
  }
}

type SendCommand = (method: 'HeapProfiler.collectGarbage' | 'Runtime.getHeapUsage') => Promise<unknown>;

/** JavaScript heap and the buffers behind it, once all garbage is gone. */
export async function heapBytes(send: SendCommand): Promise<number> {
  for (let pass = 0; pass < 3; pass++) await send('HeapProfiler.collectGarbage');
  const usage = (await send('Runtime.getHeapUsage')) as Record<'usedSize' | 'backingStorageSize', number>;
  return usage.usedSize + (usage.backingStorageSize ?? 0);
}
