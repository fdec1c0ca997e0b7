import { describe, expect, test } from 'vitest';
import { isRank1Error } from '../../../src/base/errors.ts';
import { RANK1_PROFILE } from '../../../src/model/scoring-profile.ts';
import { assertMarkersInVocabulary, findMarkerTokenIds } from '../../../src/rank1/markers.ts';
import { CharacterTokenizer } from '../../fakes/character-tokenizer.ts';

describe('findMarkerTokenIds', () => {
  test('takes the id of each answer with its space', () => {
    const tokenizer = new CharacterTokenizer();
    expect(findMarkerTokenIds(tokenizer)).toEqual({
      trueTokenId: tokenizer.encode(' true')[0],
      falseTokenId: tokenizer.encode(' false')[0],
      closeTokenId: tokenizer.addedToken('</think>')?.id,
    });
  });

  test('has no id for a marker that is spelled with plain tokens', () => {
    expect(findMarkerTokenIds(new CharacterTokenizer([])).closeTokenId).toBeNull();
  });

  test.each([
    ['both answers begin with the same token', () => [5, 6]],
    ['an answer has no token', () => []],
    ['an answer has two tokens', (text: string) => [text.length, 6]],
  ])('refuses a tokenizer where %s', (_name, encode) => {
    let thrown: unknown;
    try {
      findMarkerTokenIds({
        encode,
        decode: () => '',
        addedToken: () => null,
        splitAtAddedTokens: (text) => [text],
        frame: { before: [], after: [] },
        eosTokenId: null,
      });
    } catch (error) {
      thrown = error;
    }
    expect(isRank1Error(thrown, 'tokenizer-unsupported')).toBe(true);
  });
});

describe('the special tokens of a profile', () => {
  const query = { plain: '{query}', instructed: '{instruction}[SEP]{query}', defaultInstruction: null };

  test('must be in the vocabulary, wherever they stand', () => {
    const tokenizer = new CharacterTokenizer(['[INST]', '[SEP]']);
    const check = (prompt: string, numAdded: number) => () => {
      const profile = { ...RANK1_PROFILE, prompt: [prompt], query };
      assertMarkersInVocabulary(tokenizer, tokenizer.addedToken('[INST]')!.id + numAdded, profile);
    };
    expect(check('{query}{document}', 2)).not.toThrow();
    expect(check('{query}{document}[INST]', 0)).toThrow('"[INST]"');
    expect(check('{query}{document}', 1)).toThrow('"[SEP]"');
  });

  test('are refused by name where the tokenizer lacks them', () => {
    const instructed = '<|system|>{instruction}{query}';
    const profile = { ...RANK1_PROFILE, query: { ...query, instructed } };
    expect(() => findMarkerTokenIds(new CharacterTokenizer(), profile)).toThrow('<|system|>');
  });
});
