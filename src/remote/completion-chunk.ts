/**
 * Parses and checks one event of a streamed completion; a server's response is untrusted. Logprobs may have vLLM's
 * shape (parallel lists) or that of llama.cpp and chat completions (a list of steps).
 */
import { Rank1Error } from '../base/errors.ts';
import type { Logprobs } from './answer-verdict.ts';

export interface CompletionStep {
  readonly token: string;
  /** of the top tokens and the chosen one */
  readonly topLogprobs: Logprobs;
}

export interface CompletionChunk {
  readonly text: string;
  /** empty if the server returns no logprobs */
  readonly steps: readonly CompletionStep[];
  /** offset of this chunk in the completion, in code points; null if not reported */
  readonly textOffset: number | null;
  readonly finishReason: string | null;
  /** the stop text that ended the completion; null if not reported */
  readonly stopText: string | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
}

/** An event that reports a failed completion. */
export class ErrorEvent extends Error {}

/**
 * @throws ErrorEvent with the event's text if it reports an error, Rank1Error for a chat completion, SyntaxError for
 *   anything else that is not a chunk of a completion
 */
export function parseChunk(data: string): CompletionChunk {
  const root = JSON.parse(data) as unknown;
  if (!isRecord(root)) throw new SyntaxError('an event is not an object');
  if (root['error'] || root['object'] === 'error') throw new ErrorEvent(data);
  const usage = isRecord(root['usage']) ? root['usage'] : {};
  const choices: unknown = root['choices'];
  if (!Array.isArray(choices)) throw new SyntaxError('an event has no choices');
  const choice: unknown = choices[0] ?? {};
  if (!isRecord(choice)) throw new SyntaxError('a choice is not an object');
  if (choice['delta'] || choice['message'])
    throw new Rank1Error(
      'model-unsupported',
      'The server answers as a chat. It must serve /v1/completions, which take the prompt as it is.',
    );
  const text = choice['text'] ?? ''; // the last chunk may have no text
  if (typeof text !== 'string') throw new SyntaxError('the text of a choice is not a string');
  const logprobs = isRecord(choice['logprobs']) ? choice['logprobs'] : {};
  const [offset] = list(logprobs['text_offset']);
  return {
    text,
    steps: readSteps(logprobs),
    textOffset: count(offset),
    finishReason: textOrNull(choice['finish_reason']),
    stopText: textOrNull(choice['stop_reason']),
    promptTokens: count(usage['prompt_tokens']),
    completionTokens: count(usage['completion_tokens']),
  };
}

function readSteps(logprobs: Record<string, unknown>): CompletionStep[] {
  if (Array.isArray(logprobs['content'])) return logprobs['content'].map(readStep);
  const top = list(logprobs['top_logprobs']);
  return list(logprobs['tokens']).map((token, i) => {
    if (typeof token !== 'string') throw new SyntaxError('a token is not a text');
    const entries = Object.entries(isRecord(top[i]) ? top[i] : {});
    const numbers = entries.filter((entry): entry is [string, number] => isLogprob(entry[1]));
    return { token, topLogprobs: new Map(numbers) };
  });
}

/** llama.cpp blanks the text of a token within a stop text; the top tokens have it under the token's id. */
function readStep(step: unknown): CompletionStep {
  if (!isRecord(step) || typeof step['token'] !== 'string') throw new SyntaxError('a token is not a text');
  const top = list(step['top_logprobs']).filter(isRecord);
  const chosen = top.find(({ id }) => id !== undefined && id === step['id']) ?? step;
  const token = textOrNull(chosen['token']) ?? step['token'];
  const topLogprobs = new Map<string, number>();
  for (const { token: text, logprob } of [...top, { token, logprob: step['logprob'] }]) {
    if (typeof text === 'string' && isLogprob(logprob) && !topLogprobs.has(text))
      topLogprobs.set(text, logprob);
  }
  return { token, topLogprobs };
}

/** JSON has no infinity: for a token that is not allowed servers send a very large negative number. */
const isLogprob = (value: unknown): value is number =>
  typeof value === 'number' && value <= 1e-3 && value > -9000;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const count = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
