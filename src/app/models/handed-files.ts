/**
 * Hands a model's files, picked or in memory, to a page in another tab without storing them. While it is open, the page
 * with the files sends them to any page with their ticket; the receiver keeps them.
 */
type Files = Readonly<Record<string, Blob>>;

export interface HandedModel {
  readonly name: string;
  readonly files: Files;
}

type Message =
  | { readonly type: 'ask'; readonly ticket: string }
  | ({ readonly type: 'give'; readonly ticket: string } & HandedModel);

const CHANNEL = 'rank1-model-files';
const PARAMETER = 'model-files';
/** An open tab answers at once; this ends the wait for a closed one. */
const MAX_WAIT_MS = 5_000;

export class FilesDesk {
  readonly #channel = new BroadcastChannel(CHANNEL);
  readonly #tickets = new Map<string, { readonly name: string; readonly open: () => Promise<Files> }>();

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.type === 'ask') void this.#give(data.ticket);
    };
  }

  /** The address of a page that will ask for these files. */
  addressFor(page: string, name: string, open: () => Promise<Files>): string {
    const ticket = crypto.randomUUID();
    this.#tickets.set(ticket, { name, open });
    return `${page}?${PARAMETER}=${ticket}`;
  }

  close(): void {
    this.#channel.close();
  }

  async #give(ticket: string): Promise<void> {
    const held = this.#tickets.get(ticket);
    if (!held) return;
    const files = await held.open().catch(() => null); // the asker gets no files
    if (files) this.#channel.postMessage({ type: 'give', ticket, name: held.name, files } satisfies Message);
  }
}

/** @returns `null` if the page's address has no ticket; `'gone'` if no open page has the files */
export async function receiveModelFiles(page: URL): Promise<HandedModel | 'gone' | null> {
  const ticket = page.searchParams.get(PARAMETER);
  if (ticket === null) return null;
  const channel = new BroadcastChannel(CHANNEL);
  try {
    return await new Promise<HandedModel | 'gone'>((resolve) => {
      channel.onmessage = ({ data }: MessageEvent<Message>) => {
        if (data.type === 'give' && data.ticket === ticket) resolve({ name: data.name, files: data.files });
      };
      setTimeout(() => resolve('gone'), MAX_WAIT_MS);
      channel.postMessage({ type: 'ask', ticket } satisfies Message);
    });
  } finally {
    channel.close();
  }
}
