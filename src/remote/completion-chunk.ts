/**
 * One event of a streamed completion, checked: a server's answer is untrusted input. Logprobs come in the shape of
 * vLLM (lists side by side) or of llama.cpp and chats (a list of steps).
 */
import { Rank1Error } from '../base/errors.ts';
import type { Logprobs } from './answer-verdict.ts';

export interface CompletionStep {
  readonly token: string;
  /** of the likeliest tokens, the chosen one among them */
  readonly topLogprobs: Logprobs;
}

export interface CompletionChunk {
  readonly text: string;
  /** empty where the server gives no logprobs */
  readonly steps: readonly CompletionStep[];
  /** characters (code points) of the answer before this chunk, where the server tells */
  readonly textOffset: number | null;
  readonly finishReason: string | null;
  /** the stop text that was met, where the server tells */
  readonly stopText: string | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
}

/** An event that says that the completion failed. */
export class ErrorEvent extends Error {}

/**
 * @throws ErrorEvent with the event's text when the server reports an error, Rank1Error when it answers as a chat, or
 *   SyntaxError when it is no chunk of a completion
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
  const text = choice['text'] ?? ''; // a last chunk may only say that it is the last
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

/** llama.cpp blanks the text of a token that belongs to a stop text; its id still names it among the likeliest. */
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

/** JSON has no infinities; a server writes a very small number for a forbidden token. */
const isLogprob = (value: unknown): value is number =>
  typeof value === 'number' && value <= 1e-3 && value > -9000;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const count = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
