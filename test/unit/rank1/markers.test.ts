import { describe, expect, test } from 'vitest';
import { isRank1Error } from '../../../src/base/errors.ts';
import { findMarkerTokenIds } from '../../../src/rank1/markers.ts';
import { CharacterTokenizer } from '../../fakes/character-tokenizer.ts';

describe('findMarkerTokenIds', () => {
  test('takes the first id of each answer with its space', () => {
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
  ])('refuses a tokenizer where %s', (_name, encode) => {
    let thrown: unknown;
    try {
      findMarkerTokenIds({
        encode,
        decode: () => '',
        addedToken: () => null,
        frame: { before: [], after: [] },
        eosTokenId: null,
      });
    } catch (error) {
      thrown = error;
    }
    expect(isRank1Error(thrown, 'tokenizer-unsupported')).toBe(true);
  });
});
