/** GGUF files of test/oracle/convert/make_gguf_models.py against transformers, which reads the same files. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { isRank1Error, type Rank1Error } from '../../../src/base/errors.ts';
import { convertModel } from '../../../src/convert/convert-model.ts';
import type { ConvertDtype, ConvertOptions } from '../../../src/convert/convert-options.ts';
import { GgufCheckpoint } from '../../../src/convert/gguf/gguf-checkpoint.ts';
import { ggufModel } from '../../../src/convert/gguf/gguf-config.ts';
import { readGgufHead, type GgufValue } from '../../../src/convert/gguf/gguf-reader.ts';
import { RANK1_PROFILE, type ScoringProfile } from '../../../src/model/scoring-profile.ts';
import { createTokenizer } from '../../../src/tokenizer/tokenizer.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import { fixturePath, readExpected, relativeDifference } from './support/fixtures.ts';
import { MemoryCheckpoint, MemoryOutput } from './support/memory-folder.ts';
import { convertOptions } from './support/options.ts';
import { readInitializers } from './support/read-onnx.ts';
import { RunningModel } from './support/run-model.ts';

const read = (name: string) => Uint8Array.from(readFileSync(fixturePath(`gguf/${name}.gguf`)));

let model: RunningModel | undefined;
afterEach(async () => {
  await model?.release();
  model = undefined;
});

async function convert(bytes: Uint8Array<ArrayBuffer>, options: Partial<ConvertOptions> = {}, beside = {}) {
  const folder = MemoryCheckpoint.of({ 'model.gguf': bytes, ...beside });
  const output = new MemoryOutput();
  const manifest = await convertModel(
    await GgufCheckpoint.open(folder, 'model.gguf'),
    output,
    convertOptions({ withoutTokenizer: false, ...options }),
  );
  return { output, manifest };
}

async function logitsOf(output: MemoryOutput, ids: number[]): Promise<Float32Array> {
  model = await RunningModel.load(output);
  model.reset(1, 64);
  const rows = ids.map((_, i) => i);
  return (await model.step([ids], [0], rows)).logits;
}

describe('the numbers of a GGUF file', () => {
  it.each<[string, ConvertDtype]>([
    ['llama-q4_0', 'q4'],
    ['llama-q4_0', 'q8'],
    ['llama-q4_0', 'fp32'],
    ['qwen2-q8_0', 'q4'],
    ['qwen2-q8_0', 'q8'],
    ['llama-mixed', 'fp32'],
  ])('%s as %s are those of transformers', async (name, dtype) => {
    const { ids, logits } = await readExpected(`gguf/${name}.safetensors`);
    const { output } = await convert(read(name), { dtype });
    expect(relativeDifference(await logitsOf(output, ids), logits.get('logits')!)).toBeLessThan(1e-4);
  });

  it('are rounded where their blocks are not those of the graph, and that alone', async () => {
    const { ids, logits } = await readExpected('gguf/llama-mixed.safetensors');
    const { output, manifest } = await convert(read('llama-mixed'), { dtype: 'q8' });
    const difference = relativeDifference(await logitsOf(output, ids), logits.get('logits')!);
    expect(difference).toBeGreaterThan(1e-6);
    expect(difference).toBeLessThan(0.05);
    expect(manifest.models['q8']!.quantization).toBe('gguf');
    expect(output.text('README.md')).toContain("the GGUF file's own codes");
  });
});

describe('the answers of a model without a chain', () => {
  const profile: ScoringProfile = {
    ...RANK1_PROFILE,
    chain: 'none',
    prompt: ['{query} {document}'],
    answers: { true: 't', false: 'f' },
  };

  it.each<[string, Partial<ConvertOptions>]>([
    ['qwen2-q8_0', { dtype: 'q4' }],
    ['qwen2-q8_0', { dtype: 'q8' }],
    ['llama-q4_0', { dtype: 'q4', method: 'asymmetric' }],
    ['llama-q4_0', { dtype: 'q8' }],
  ])('of %s as %o have the codes and scales of the file', async (name, options) => {
    const whole = await convert(read(name), options);
    const scores = await convert(read(name), { ...options, profile });
    const { onnx, answerTokenIds } = scores.manifest.models[options.dtype!]!;
    expect(answerTokenIds).toHaveLength(2);
    const [head, answers] = [whole, scores].map(({ output }) => readInitializers(onnx, output.files));
    for (const part of ['codes', 'scales']) {
      const { bytes, dims } = (head!.get(`lm_head.${part}`) ?? head!.get(`embed_tokens.${part}`))!;
      const rowBytes = bytes.length / dims[0]!;
      const rows = answerTokenIds!.flatMap((id) => [...bytes.subarray(id * rowBytes, (id + 1) * rowBytes)]);
      expect([...answers!.get(`answer_head.${part}`)!.bytes]).toEqual(rows);
    }
  });
});

it('makes the tokenizer, the configuration and the stop tokens of the metadata', async () => {
  const { output, manifest } = await convert(read('llama-q4_0'));
  const json = (file: string): unknown => JSON.parse(output.text(file));
  expect(json('config.json')).toMatchObject({
    architectures: ['LlamaForCausalLM'],
    head_dim: 16,
    rope_theta: 500_000,
    rope_scaling: { rope_type: 'llama3', factor: 8, original_max_position_embeddings: 8192 },
    tie_word_embeddings: false,
    eos_token_id: 261,
  });
  const tokenizer = createTokenizer(json('tokenizer.json'), json('tokenizer_config.json'));
  expect(tokenizer.frame).toEqual({ before: [260], after: [] });
  expect(tokenizer.eosTokenId).toBe(261);
  expect(manifest.tokens).toMatchObject({ openTokenIds: [258], closeTokenIds: [259], trueTokenId: 0xfa });
  // A document's marker is text, though the vocabulary lists it.
  expect(tokenizer.encode('<think>')).toHaveLength('<think>'.length);
});

/** A copy of the file with the value of a key replaced by one of as many bytes. */
function edited(name: string, from: string, to: string): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(read(name));
  const at = bytes.indexOf(from);
  expect(at, from).toBeGreaterThan(0);
  bytes.write(to, at, 'latin1');
  return Uint8Array.from(bytes);
}

const failure = (bytes: Uint8Array<ArrayBuffer>, beside = {}) =>
  convert(bytes, {}, beside).then(
    () => null,
    (error: unknown) => error as Rank1Error,
  );

const littleEndian = (value: number, numBytes: number): number[] =>
  Array.from({ length: numBytes }, (_, i) => Math.floor(value / 256 ** i) % 256);

const at = (name: string, offset: number, ...values: number[]): Uint8Array<ArrayBuffer> => {
  const bytes = read(name);
  bytes.set(values, offset);
  return bytes;
};

it.each<[string, Uint8Array<ArrayBuffer>, string, RegExp]>([
  [
    'another architecture',
    edited('llama-q4_0', 'llama', 'gemma'),
    'model-unsupported',
    /general\.architecture to "gemma"/,
  ],
  [
    'an unknown tokenizer',
    edited('llama-q4_0', 'llama-bpe', 'llama-spm'),
    'model-unsupported',
    /tokenizer\.json/,
  ],
  [
    'a tensor of no known name',
    edited('llama-q4_0', 'blk.1.ffn_up', 'blk.1.ffn_ex'),
    'model-unsupported',
    /ffn_ex/,
  ],
  // As long as the weight's name, which `edited` asks for.
  ...[
    ['llama-q4_0', 'ffn_gate'],
    ['llama-q4_0', 'attn_norm'],
    ['llama-q4_0', 'attn_v'],
    ['qwen2-q8_0', 'attn_output'],
  ].map(([file, part]): [string, Uint8Array<ArrayBuffer>, string, RegExp] => [
    `a bias of ${part} in ${file}`,
    edited(file!, `blk.1.${part}.weight`, `blk.001.${part}.bias`),
    'model-unsupported',
    new RegExp(`blk\\.001\\.${part}\\.bias .* without biases`),
  ]),
  ['version 1', at('llama-q4_0', 4, 1), 'model-unsupported', /version 1;/],
  ['another byte order', at('llama-q4_0', 4, 0, 0, 0, 3), 'model-unsupported', /byte order/],
  ['another file', at('llama-q4_0', 0, 0), 'invalid-file', /does not begin as a GGUF/],
  ['too many tensors', at('llama-q4_0', 8, 255, 255, 255), 'invalid-file', /claims 16777215 tensors/],
  ['too many keys', at('llama-q4_0', 16, 0, 0, 2), 'invalid-file', /claims 131/],
  ['a file that is cut', read('llama-q4_0').slice(0, -2000), 'invalid-file', /ends before/],
  ['a head that is cut', read('llama-q4_0').slice(0, 900), 'invalid-file', /head|claims/],
  ['an empty file', new Uint8Array(), 'invalid-file', /ends inside its head/],
])('%s is refused by name', async (_name, bytes, code, message) => {
  const error = await failure(bytes);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
});

describe('a rescaling of positions without a type, which llama.cpp takes as linear', () => {
  const model = (key: string, factor: number, type?: string) => () =>
    ggufModel(
      new Map<string, GgufValue>([
        ['general.architecture', 'llama'],
        [`llama.${key}`, factor],
        ...(type === undefined ? [] : [['llama.rope.scaling.type', type] as const]),
      ]),
      true,
      null,
    );

  it.each(['rope.scaling.factor', 'rope.scale_linear'])('in %s is refused by name', (key) => {
    expect(model(key, 4)).toThrow(`llama.${key} to "4"`);
    for (const factor of [0, 1]) expect(model(key, factor)).not.toThrow();
    expect(model(key, 4, 'none')).not.toThrow();
  });
});

it('takes the tokenizer that lies beside a file whose own is not known', async () => {
  const { output } = await convert(read('llama-q4_0'));
  const beside = Object.fromEntries(
    ['tokenizer.json', 'tokenizer_config.json'].map((file) => [file, output.text(file)]),
  );
  expect(await failure(edited('llama-q4_0', 'llama-bpe', 'llama-spm'), beside)).toBeNull();
});

it('refuses a scale that is not finite', async () => {
  const bytes = read('qwen2-q8_0');
  bytes.set([0, 0x7c], bytes.length - 34); // the last block's, infinity
  expect(await failure(bytes)).toMatchObject({ code: 'model-corrupt' });
});

it('refuses lists of more values together than any tokenizer has, before it reads them', async () => {
  const list = (type: number, length: number) => [...littleEndian(type, 4), ...littleEndian(length, 8)];
  const head = [
    ...[...'GGUF'].map((letter) => letter.charCodeAt(0)),
    ...littleEndian(3, 4),
    ...littleEndian(0, 8), // tensors
    ...littleEndian(1, 8), // keys
    ...littleEndian(1, 8),
    'k'.charCodeAt(0),
    ...littleEndian(9, 4),
    ...list(9, 2),
    ...list(0, 1),
    7,
    ...list(0, 2 ** 23),
  ];
  const source = {
    name: 'model.gguf',
    size: head.length + 2 ** 23,
    read: (start: number, end: number) => {
      const bytes = new Uint8Array(end - start);
      bytes.set(head.slice(start, end));
      return Promise.resolve(bytes);
    },
  };
  await expect(readGgufHead(source)).rejects.toMatchObject({
    code: 'invalid-file',
    message: expect.stringContaining('has lists of more than 8388608 values') as string,
  });
});

it('gives a model or a Rank1Error, whatever is broken in a head, and never asks for more than the file has', async () => {
  const random = new SeededRandom(17);
  const whole = read('llama-q4_0');
  const headBytes = 6000;
  let numOpened = 0;
  for (let round = 0; round < 1500; round++) {
    const bytes = whole.slice(0, random.next() < 0.2 ? random.integer(0, whole.length) : whole.length);
    for (let i = random.integer(1, 4); i > 0; i--) {
      const place = random.integer(0, Math.max(0, Math.min(headBytes, bytes.length - 1)));
      bytes[place] = random.pick([0, 1, 127, 255, random.integer(0, 255)]);
    }
    const source = {
      name: 'model.gguf',
      size: bytes.length,
      read: (start: number, end: number) => {
        if (start < 0 || end > bytes.length || end < start) throw new Error(`read ${start} to ${end}`);
        return Promise.resolve(bytes.slice(start, end));
      },
    };
    const folder = {
      open: (name: string) => Promise.resolve(name === 'model.gguf' ? source : null),
      close: () => Promise.resolve(),
    };
    try {
      await GgufCheckpoint.open(folder, 'model.gguf');
      numOpened++;
    } catch (error) {
      if (!isRank1Error(error)) throw error;
      expect(error.message.length).toBeLessThan(600);
    }
  }
  expect(numOpened).toBeGreaterThan(50);
  expect(numOpened).toBeLessThan(1400);
});
