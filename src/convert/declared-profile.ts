/**
 * The scoring profile that a checkpoint itself declares, in the format of Sentence Transformers 5.4: `modules.json` with a
 * LogitScore module, whose folder holds the answers' token ids, and a chat template for the roles `query`, `document` and,
 * for an instruction, `system`. The template is rendered with marks in place of these texts; what is around the marks is
 * the prompt.
 */
import { errorMessage, Rank1Error } from '../base/errors.ts';
import { parseScoringProfile } from '../model/parse-scoring-profile.ts';
import type { QueryForms, ScoringProfile } from '../model/scoring-profile.ts';
import { namedTokens } from '../tokenizer/added-tokens.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { ChatTemplate } from './chat-template.ts';
import type { CheckpointFolder } from './checkpoint-folder.ts';
import { readOptionalJson, readText } from './read-json.ts';

const SCORE_MODULE = /\.LogitScore$/;
const SAFE_FOLDER = /^[\w.-]+$/;
const MAX_TEMPLATE_LENGTH = 100_000;
/** Private-use characters, which no template contains. */
const MARKS = { query: '\uE000', document: '\uE001', instruction: '\uE002' };
const SLOTS = new Map([
  [MARKS.query, '{query}'],
  [MARKS.document, '{document}'],
  [MARKS.instruction, '{instruction}'],
]);
const ANY_MARK = /[\uE000-\uE002]/g;
/** A template that folds, escapes or cuts texts leaves a mark as it is, but not this. */
const PROBE = `Aa${'"Ça va?"\n\t<b>  & \\ É1 '.repeat(300)}Zz`;

type Fields = Readonly<Record<string, unknown>>;

/**
 * @param tokenizerConfig parsed tokenizer_config.json
 * @returns null if the checkpoint declares no score
 * @throws Rank1Error `model-unsupported` if it declares one that a profile cannot express
 */
export async function declaredProfile(
  input: CheckpointFolder,
  tokenizerConfig: unknown,
  createTokenizer: () => Tokenizer,
): Promise<ScoringProfile | null> {
  const modules = await readOptionalJson(input, 'modules.json');
  const score = Array.isArray(modules) ? modules.map(fields).find(isScore) : undefined;
  if (!score) return null;
  try {
    const folder = score['path'];
    if (typeof folder !== 'string' || !SAFE_FOLDER.test(folder)) throw new TypeError('its path is no folder');
    const answers = fields(await readOptionalJson(input, `${folder}/config.json`));
    const template = await readTemplate(input, fields(tokenizerConfig));
    const settings = fields(await readOptionalJson(input, 'sentence_bert_config.json'));
    const prompts = fields(await readOptionalJson(input, 'config_sentence_transformers.json'));
    const question = promptOf(template, settings, fields(tokenizerConfig), defaultPrompt(prompts));
    const tokenizer = createTokenizer();
    const begin = tokenizer.decode(tokenizer.frame.before);
    const { prompt } = question;
    return parseScoringProfile({
      name: 'sentence-transformers',
      ...question,
      // What the tokenizer puts in front of every text would stand there twice.
      prompt: [prompt.startsWith(begin) ? prompt.slice(begin.length) : prompt],
      chain: 'none',
      answers: {
        true: answerText(tokenizer, answers['true_token_id']),
        false:
          (answers['false_token_id'] ?? null) === null
            ? null
            : answerText(tokenizer, answers['false_token_id']),
      },
      score: { offset: 0, scale: 1 },
    });
  } catch (error) {
    throw new Rank1Error(
      'model-unsupported',
      `modules.json declares a LogitScore that cannot be followed here (${errorMessage(error)}). Describe the model with --profile.`,
      { cause: error },
    );
  }
}

/** Whether two profiles have the same prompt and answers, regardless of how they turn logits into a score. */
export function asksTheSame(a: ScoringProfile, b: ScoringProfile): boolean {
  const question = ({ prompt, query, answers }: ScoringProfile): string =>
    JSON.stringify([prompt.join('').replace('{query}', query?.instructed ?? '{query}'), answers]);
  return question(a) === question(b);
}

function promptOf(
  template: ChatTemplate,
  settings: Fields,
  tokenizerConfig: Fields,
  instruction: string | null,
) {
  const render = (query: string, document: string, system: string | null): string => {
    const messages = [
      ...(system === null ? [] : [message('system', system, settings)]),
      message('query', query, settings),
      message('document', document, settings),
    ];
    const processing = fields(fields(settings['processing_kwargs'])['chat_template']);
    return template.render({ messages, ...namedTokens(tokenizerConfig), ...processing });
  };
  const ask = (instruction: string | null) => {
    const text = render(MARKS.query, MARKS.document, instruction);
    const probed = render(probe(MARKS.query), probe(MARKS.document), instruction && probe(instruction));
    if (probed !== text.replace(ANY_MARK, probe)) throw new TypeError('the chat template changes the texts');
    return splitAtDocument(text);
  };
  const plain = ask(null);
  const padded = render(` ${MARKS.query}\n`, ` ${MARKS.document}\n`, null);
  const instructed = ask(MARKS.instruction);
  const trim = padded === plain.before + MARKS.document + plain.after;
  if (!trim && !padded.includes(` ${MARKS.document}\n`))
    throw new TypeError('the chat template changes the document');
  const shared = {
    trim,
    cut: { at: 'word', maxTokens: null, maxCharacters: null },
  };
  const places = (text: string): string => text.replace(ANY_MARK, (mark) => SLOTS.get(mark)!);
  const isInstructed = instructed.before.includes(MARKS.instruction) && instructed.after === plain.after;
  if (!isInstructed)
    return { ...shared, prompt: places(plain.before + MARKS.document + plain.after), query: null };
  const [head, tail] = sharedEnds(plain.before, instructed.before);
  const form = (before: string): string => places(before.slice(head, before.length - tail));
  const query: QueryForms = {
    plain: form(plain.before),
    instructed: form(instructed.before),
    defaultInstruction: instruction,
  };
  const start = plain.before.slice(0, head);
  const end = plain.before.slice(plain.before.length - tail);
  return { ...shared, prompt: `${start}{query}${end}{document}${plain.after}`, query };
}

const probe = (mark: string): string => PROBE + mark + PROBE;

/** Lengths of the common prefix and suffix, both without marks. */
function sharedEnds(a: string, b: string): readonly [head: number, tail: number] {
  const isMark = (character: string | undefined): boolean => character !== undefined && SLOTS.has(character);
  let head = 0;
  while (a[head] === b[head] && !isMark(a[head])) head++;
  let tail = 0;
  while (a.at(-1 - tail) === b.at(-1 - tail) && !isMark(a.at(-1 - tail))) tail++;
  return [head, tail];
}

function splitAtDocument(text: string): { readonly before: string; readonly after: string } {
  const [before, after, ...more] = text.split(MARKS.document);
  const numQueries = (before ?? '').split(MARKS.query).length - 1;
  if (before === undefined || after === undefined || more.length > 0 || numQueries !== 1)
    throw new TypeError('its chat template does not hold the query once, and then the document once');
  return { before, after };
}

function message(role: string, content: string, settings: Fields): object {
  const { format } = fields(fields(settings['modality_config'])['message']);
  return { role, content: format === 'structured' ? [{ type: 'text', text: content }] : content };
}

function defaultPrompt({ prompts, default_prompt_name }: Fields): string | null {
  const named = typeof default_prompt_name === 'string' ? fields(prompts)[default_prompt_name] : null;
  return typeof named === 'string' && named !== '' ? named : null;
}

async function readTemplate(input: CheckpointFolder, { chat_template }: Fields): Promise<ChatTemplate> {
  const template = (await readText(input, 'chat_template.jinja')) ?? chat_template;
  if (typeof template !== 'string') throw new TypeError('there is no chat template');
  if (template.length > MAX_TEMPLATE_LENGTH) throw new TypeError('the chat template is too long');
  return new ChatTemplate(template);
}

function answerText(tokenizer: Tokenizer, id: unknown): string {
  if (!Number.isSafeInteger(id)) throw new TypeError('an answer is no token id');
  const text = tokenizer.decode([id as number]);
  if (String(tokenizer.encode(text)) !== String(id))
    throw new TypeError(`the answer ${String(id)} is not a token of plain text`);
  return text;
}

const isScore = ({ type }: Fields): boolean => typeof type === 'string' && SCORE_MODULE.test(type);

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
