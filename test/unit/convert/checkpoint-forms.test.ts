/** The forms in which people have the same checkpoint, and what they have in its place. */
import { describe, expect, it } from 'vitest';
import type { Rank1Error } from '../../../src/base/errors.ts';
import type { ByteSource } from '../../../src/convert/byte-io.ts';
import type { CheckpointFolder } from '../../../src/convert/checkpoint-folder.ts';
import { openCheckpoint } from '../../../src/convert/checkpoint.ts';
import { convertModel } from '../../../src/convert/convert-model.ts';
import { TINY_CONFIG } from '../../fakes/tiny-config.ts';
import { tensorShapes } from './support/checkpoint-shapes.ts';
import { safetensorsFile, type EditableTensor, type EditableTensors } from './support/edited-checkpoint.ts';
import { MemoryCheckpoint, MemoryOutput } from './support/memory-folder.ts';
import { convertOptions } from './support/options.ts';

/** Values that tell tensors and places apart; all are fp32. */
function tinyTensors(rename = (name: string): string => name): EditableTensors {
  return new Map(
    tensorShapes(TINY_CONFIG).map(({ name, shape }, number): [string, EditableTensor] => {
      const values = new Float32Array(shape.reduce((product, dim) => product * dim));
      for (let i = 0; i < values.length; i++) values[i] = Math.sin(number * 31 + i) / 4;
      return [rename(name), { dtype: 'F32', shape, data: new Uint8Array(values.buffer) }];
    }),
  );
}

async function convert(files: Record<string, Uint8Array<ArrayBuffer> | string>, config: object = {}) {
  const output = new MemoryOutput();
  const warnings: string[] = [];
  const input = MemoryCheckpoint.of({
    'config.json': JSON.stringify({ ...TINY_CONFIG, ...config }),
    ...files,
  });
  const options = convertOptions({ dtype: 'fp32', onWarning: (message) => warnings.push(message) });
  const error = await convertModel(input, output, options).then(
    () => null,
    (reason: unknown) => reason as Rank1Error,
  );
  return { error, warnings, weights: output.files.get('onnx/model_fp32.onnx_data') };
}

const file = (tensors: EditableTensors) => ({ 'model.safetensors': safetensorsFile(tensors) });
const expected = (await convert(file(tinyTensors()))).weights!;

describe('names that a wrapper left', () => {
  it.each<[string, (name: string) => string]>([
    ['torch.compile', (name) => `_orig_mod.${name}`],
    ['torch.compile of the layers', (name) => name.replace('layers.0.', 'layers.0._orig_mod.')],
    ['PEFT, merged', (name) => `base_model.model.${name}`],
    ['data parallel training', (name) => `module.${name}`],
    ['data parallel training of a compiled model', (name) => `module._orig_mod.${name}`],
    ['a model without its head', (name) => name.replace(/^model\./, '')],
  ])('%s: give the same model', async (_wrapper, rename) => {
    const { error, weights } = await convert(file(tinyTensors(rename)));
    expect(error).toBeNull();
    expect(Buffer.compare(weights!, expected)).toBe(0);
  });

  it('of which two are one are refused', async () => {
    const tensors = tinyTensors();
    tensors.set('_orig_mod.model.norm.weight', tensors.get('model.norm.weight')!);
    const { error } = await convert(file(tensors));
    expect(error).toMatchObject({
      code: 'invalid-file',
      message: expect.stringContaining('_orig_mod.model.norm') as string,
    });
  });

  it('of an adapter that was not merged are named as that', async () => {
    const tensors = tinyTensors((name) => `base_model.model.${name}`);
    const norm = tensors.get('base_model.model.model.norm.weight')!;
    tensors.set('base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight', norm);
    const { error } = await convert(file(tensors));
    expect(error).toMatchObject({
      code: 'model-unsupported',
      message: expect.stringMatching(/PEFT adapter.*Merge it/) as string,
    });
  });
});

describe('a head beside tied embeddings', () => {
  const withHead = (change: (data: Uint8Array<ArrayBuffer>) => void) => {
    const tensors = tinyTensors();
    const table = tensors.get('model.embed_tokens.weight')!;
    const data = table.data.slice();
    change(data);
    return file(tensors.set('lm_head.weight', { ...table, data }));
  };

  it('is left out where it is a copy', async () => {
    const { error, weights } = await convert(withHead(() => undefined));
    expect(error).toBeNull();
    expect(Buffer.compare(weights!, expected)).toBe(0);
  });

  it('is refused where its last weight differs, with what to do', async () => {
    const { error } = await convert(withHead((data) => new Float32Array(data.buffer).fill(9, -1)));
    expect(error).toMatchObject({
      code: 'model-unsupported',
      message: expect.stringMatching(
        /tie_word_embeddings.*lm_head\.weight.*Set tie_word_embeddings to false/,
      ) as string,
    });
  });

  it('is taken where config.json does not tie them', async () => {
    const changed = withHead((data) => new Float32Array(data.buffer).fill(9, -1));
    expect((await convert(changed, { tie_word_embeddings: false })).error).toBeNull();
  });
});

it('takes the single file where an index of an older save lies beside it', async () => {
  const index = { weight_map: { 'model.norm.weight': 'model-00001-of-00009.safetensors' } };
  const files = { ...file(tinyTensors()), 'model.safetensors.index.json': JSON.stringify(index) };
  const { error, weights } = await convert(files);
  expect(error).toBeNull();
  expect(Buffer.compare(weights!, expected)).toBe(0);
});

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 123\n`;
const PAGE = '<!DOCTYPE html>\n<html><body>Sign in</body></html>';

it.each([
  ['model.safetensors', POINTER, /Git LFS pointer.*git lfs pull/],
  ['model.safetensors', PAGE, /web page/],
  ['model.safetensors', '\n<html lang="en">', /web page/],
  ['model.safetensors', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', /web page/],
  ['model.safetensors', 'GGUF\u0003\u0000\u0000\u0000 and so on', /GGUF file/],
  ['model.safetensors', 'PK\u0003\u0004 and so on', /ZIP archive/],
  ['config.json', POINTER, /Git LFS pointer/],
  ['config.json', PAGE, /web page/],
  ['model.safetensors.index.json', POINTER, /Git LFS pointer/],
  ['tokenizer.json', POINTER, /Git LFS pointer/],
])('%s that is something else (%j) is named as what it is', async (name, content, message) => {
  const weights = name.endsWith('index.json') ? {} : file(tinyTensors());
  const { error } = await convert({ ...weights, [name]: content });
  expect(error).toMatchObject({ code: 'invalid-file', message: expect.stringMatching(message) as string });
  expect(error!.message).toContain(name);
});

it('names MLX by its configuration', async () => {
  const { error } = await convert(file(tinyTensors()), { quantization: { group_size: 64, bits: 4 } });
  expect(error).toMatchObject({
    code: 'model-unsupported',
    message: expect.stringContaining('MLX') as string,
  });
});

it('tells of keys of config.json that nobody knows', async () => {
  const { error, warnings } = await convert(file(tinyTensors()), { logits_scaling: 8, use_cache: true });
  expect(error).toBeNull();
  expect(warnings.filter((warning) => warning.includes('logits_scaling'))).toHaveLength(1);
  expect(warnings.join()).not.toContain('use_cache');
});

it('opens what the folder opens itself', async () => {
  const none: CheckpointFolder = {
    open: () => Promise.resolve<ByteSource | null>(null),
    openTensors: () => Promise.resolve(new Map()),
    close: () => Promise.resolve(),
  };
  expect((await openCheckpoint(none)).size).toBe(0);
});
