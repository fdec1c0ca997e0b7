/**
 * One event of a streamed completion, checked: a server's answer is other people's input. Logprobs come in the shape of
 * vLLM (lists side by side) or of llama.cpp and chats (a list of steps).
 */

export interface CompletionStep {
  readonly token: string;
  /** by token text: natural logarithms of the likeliest tokens' probabilities, the chosen one among them */
  readonly topLogprobs: ReadonlyMap<string, number>;
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

/** @throws SyntaxError when it is no chunk of a completion */
export function parseChunk(data: string): CompletionChunk {
  const root = JSON.parse(data) as unknown;
  if (!isRecord(root)) throw new SyntaxError('an event is not an object');
  if (root['error']) throw new SyntaxError('the server reported an error in the stream');
  const usage = isRecord(root['usage']) ? root['usage'] : {};
  const choices: unknown = root['choices'];
  if (!Array.isArray(choices)) throw new SyntaxError('an event has no choices');
  const choice: unknown = choices[0] ?? { text: '' };
  if (!isRecord(choice) || typeof choice['text'] !== 'string') throw new SyntaxError('a choice has no text');
  const logprobs = isRecord(choice['logprobs']) ? choice['logprobs'] : {};
  const [offset] = list(logprobs['text_offset']);
  return {
    text: choice['text'],
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
