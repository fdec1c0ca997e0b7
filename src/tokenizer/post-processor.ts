/** Special tokens that a tokenizer's `post_processor` puts around an input; ids as in the file. */
export interface InputFrame {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const NOTHING: InputFrame = { before: [], after: [] };
const MAX_DEPTH = 20;

/**
 * @param postProcessor the value of `post_processor` in tokenizer.json, for a single input
 * @throws TypeError when it is malformed or of an unknown type
 */
export function inputFrame(postProcessor: unknown, depth = 0): InputFrame {
  if (postProcessor === null || postProcessor === undefined) return NOTHING;
  const fields = postProcessor as Readonly<Record<string, unknown>>;
  switch (fields['type']) {
    case 'ByteLevel':
      return NOTHING; // changes offsets only
    case 'Sequence':
      return sequenceFrame(fields['processors'], depth);
    case 'TemplateProcessing':
      return templateFrame(fields['single'], fields['special_tokens']);
    case 'BertProcessing':
    case 'RobertaProcessing':
      return { before: [pairedId(fields['cls'])], after: [pairedId(fields['sep'])] };
    default:
      throw new TypeError(`its post_processor ${String(fields['type']).slice(0, 40)} is not known`);
  }
}

/** Each processor wraps the previous one's output. */
function sequenceFrame(processors: unknown, depth: number): InputFrame {
  if (!Array.isArray(processors) || depth > MAX_DEPTH)
    throw new TypeError('its post_processor is not a sequence');
  return processors
    .map((processor) => inputFrame(processor, depth + 1))
    .reduce(
      (inner, outer) => ({
        before: [...outer.before, ...inner.before],
        after: [...inner.after, ...outer.after],
      }),
      NOTHING,
    );
}

/** `single` is a list such as [{ SpecialToken: { id: "<s>" } }, { Sequence: { id: "A" } }]. */
function templateFrame(single: unknown, specialTokens: unknown): InputFrame {
  if (!Array.isArray(single)) throw new TypeError('its post_processor has no template');
  const before: number[] = [];
  const after: number[] = [];
  let numSequences = 0;
  for (const piece of single as Readonly<Record<string, { readonly id?: unknown } | undefined>>[]) {
    if (piece['Sequence']) numSequences++;
    else (numSequences === 0 ? before : after).push(...specialIds(piece['SpecialToken']?.id, specialTokens));
  }
  if (numSequences !== 1)
    throw new TypeError('the template of its post_processor does not hold the text once');
  return { before, after };
}

function specialIds(name: unknown, specialTokens: unknown): number[] {
  const known = specialTokens as Readonly<Record<string, { readonly ids?: unknown } | undefined>>;
  const ids = typeof name === 'string' && Object.hasOwn(known, name) ? known[name]?.ids : null;
  if (!Array.isArray(ids)) throw new TypeError('the template of its post_processor names an unknown token');
  return ids.map(tokenId);
}

/** `["<s>", 1]` */
function pairedId(pair: unknown): number {
  return tokenId(Array.isArray(pair) ? pair[1] : null);
}

function tokenId(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new TypeError('its post_processor gives ids that are not numbers');
  return value as number;
}
