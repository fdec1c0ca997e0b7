/** The tokenizer's part of a conversion: its files, the ids in the manifest, and what is refused. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { convertModel } from '../../../src/convert/convert-model.ts';
import type { ConvertOptions } from '../../../src/convert/convert-options.ts';
import { parseManifest } from '../../../src/model/manifest.ts';
import { demoCheckpoint } from './support/demo-checkpoint.ts';
import { fixturePath } from './support/fixtures.ts';
import { MemoryCheckpoint, MemoryOutput } from './support/memory-folder.ts';
import { convertOptions } from './support/options.ts';

const DEMO = new URL('../../../test/fixtures/demo-model/', import.meta.url);
const demoText = (file: string): string => readFileSync(new URL(file, DEMO), 'utf8');
const fixtureFile = (file: string) => Uint8Array.from(readFileSync(fixturePath(`small/qwen2-tied/${file}`)));

describe('the demo model, as a checkpoint', () => {
  it('becomes a folder whose manifest lists every other file as it is', async () => {
    const output = new MemoryOutput();
    const source = { name: 'someone/demo', revision: 'abc' };
    const options = convertOptions({ withoutTokenizer: false, source, shardBytes: 2 ** 20 });
    const manifest = await convertModel(demoCheckpoint(), output, options);

    expect(output.text('tokenizer.json')).toBe(demoText('tokenizer.json'));
    expect(output.text('tokenizer_config.json')).toBe(demoText('tokenizer_config.json'));
    const listed = Object.entries(manifest.files).map(([path, { bytes, sha256 }]) => [path, bytes, sha256]);
    const there = [...output.files]
      .filter(([path]) => path !== 'rank1.json')
      .map(([path, bytes]) => [path, bytes.length, createHash('sha256').update(bytes).digest('hex')]);
    expect(listed.sort()).toEqual(there.sort());
    expect(listed.map(([path]) => path)).toContain('README.md');

    const written = JSON.parse(output.text('rank1.json')) as Record<string, unknown>;
    const committed = JSON.parse(demoText('rank1.json')) as Record<string, unknown>;
    expect(written).toMatchObject({
      source,
      architecture: committed['architecture'],
      vocabSize: committed['vocabSize'],
      tokens: committed['tokens'],
    });
    expect(Object.keys(parseManifest(written).models)).toEqual(['q4']);
    const { memory, kvBytesPerToken } = manifest.models['q4']!;
    const weights = [...output.files].filter(([path]) => path.includes('_data'));
    expect(memory.weightBytes).toBe(weights.reduce((sum, [, bytes]) => sum + bytes.length, 0));
    expect(memory.bytesAtSlots['8']).toBe(memory.weightBytes + 8 * memory.contextTokens * kvBytesPerToken);
  });
});

describe('a tokenizer', () => {
  const convert = async (files: Record<string, string>, options: Partial<ConvertOptions> = {}) => {
    const weights = {
      'config.json': fixtureFile('config.json'),
      'model.safetensors': fixtureFile('model.safetensors'),
    };
    const output = new MemoryOutput();
    const input = MemoryCheckpoint.of({ ...weights, ...files });
    await convertModel(input, output, convertOptions({ withoutTokenizer: false, ...options }));
    return output;
  };

  it('that is missing is refused, unless it is asked for; then a warning says what that means', async () => {
    await expect(convert({})).rejects.toMatchObject({
      code: 'model-not-found',
      message: expect.stringContaining('tokenizer.json'),
    });
    const warnings: string[] = [];
    await convert({}, { withoutTokenizer: true, onWarning: (message) => warnings.push(message) });
    expect(warnings).toEqual([expect.stringContaining('cannot be given text')]);
  });

  it('of another model, whose ids the vocabulary does not have, is refused', async () => {
    const files = {
      'tokenizer.json': demoText('tokenizer.json'),
      'tokenizer_config.json': demoText('tokenizer_config.json'),
    };
    await expect(convert(files)).rejects.toMatchObject({
      code: 'model-corrupt',
      message: expect.stringMatching(/ends at 256/),
    });
  });

  it('without tokenizer_config.json gets an empty one, which loading a model asks for', async () => {
    const input = demoCheckpoint({ 'tokenizer_config.json': null });
    const output = new MemoryOutput();
    await convertModel(input, output, convertOptions({ withoutTokenizer: false }));
    expect(output.text('tokenizer_config.json')).toBe('{}');
  });
});

describe('warnings', () => {
  it('tell of a weight file that becomes larger than was asked for', async () => {
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    await convertModel(
      demoCheckpoint(),
      new MemoryOutput(),
      convertOptions({ shardBytes: 2 ** 20, onWarning }),
    );
    expect(warnings).toContainEqual(
      expect.stringMatching(/_data_1 becomes \d+ MiB.*1 MiB.*embed_tokens\.codes/),
    );
    warnings.length = 0;
    await convertModel(demoCheckpoint(), new MemoryOutput(), convertOptions({ onWarning }));
    expect(warnings).toEqual([]);
  });
});
