/** One run on a server of the test's own, and what came of it. */
import { expect } from 'vitest';
import type { RunOptions, RerankUpdate, RunSummary } from '../../../src/protocol/rerank-api.ts';
import type { RemoteOptions } from '../../../src/remote/remote-options.ts';
import { RemoteBackend } from '../../../src/remote/remote-backend.ts';
import { chainEvents, CompletionsServer, sendEvents, type Answer } from './completions-server.ts';

export const KEY = 'sk-secret-0123456789';
export const TOP = { ' true': -0.1, ' false': -2.35 };
export const WHOLE = chainEvents(['It', ' is', ' so', '.']);

export type Finished = Extract<RerankUpdate, { type: 'finished' }>;
export interface Outcome {
  readonly updates: readonly RerankUpdate[];
  readonly finished: readonly Finished[];
  readonly summary: RunSummary | null;
  readonly error: Error | null;
}

export let server: CompletionsServer;
export const startServer = async (): Promise<void> => void (server = await CompletionsServer.start());
export const stopServer = (): Promise<void> => server.stop();

export async function judge(
  answer: Answer | null,
  options: RunOptions = {},
  remote: Partial<RemoteOptions> = {},
  texts: readonly string[] = ['a passage'],
): Promise<Outcome> {
  if (answer) server.answer = answer;
  const updates: RerankUpdate[] = [];
  let error: Error | null = null;
  let summary: RunSummary | null = null;
  try {
    const backend = new RemoteBackend({ endpoint: server.endpoint, retryDelayMs: 1, apiKey: KEY, ...remote });
    await backend.load();
    const documents = texts.map((text) => ({ text }));
    const request = { query: 'a query', documents, options };
    summary = await backend.rerank(request, (batch) => updates.push(...batch), new AbortController().signal);
  } catch (thrown) {
    error = thrown as Error;
  }
  // Whatever happens, the key is nowhere but in the header.
  expect(JSON.stringify([updates, summary, error?.message, String(error?.cause)])).not.toContain(KEY);
  const finished = updates.filter((update) => update.type === 'finished');
  return { updates, finished, summary, error };
}

export const whole: Answer = (_request, response) => sendEvents(response, WHOLE);
/** `fault` for the first so many requests, a whole chain from then on. */
export const firstly =
  (fault: Answer, times = 1): Answer =>
  (request, response, number) =>
    number <= times ? fault(request, response, number) : whole(request, response, number);
export const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (_request, response) =>
    void response.writeHead(code, headers).end(body);

export function expectWhole({ finished, error }: Outcome): void {
  expect(error).toBeNull();
  expect(finished).toHaveLength(1);
  expect(finished[0]).toMatchObject({ finishReason: 'verdict', reasoning: 'It is so.', numPromptTokens: 40 });
  expect(finished[0]?.verdict).toMatchObject({ label: 'true', forced: false });
  expect(finished[0]?.verdict?.logitDifference).toBeCloseTo(2.25, 12);
}
