import { describe, expect, it } from 'vitest';

describe('the elements without a browser', () => {
  it('can be imported, as a server does that renders a page', async () => {
    expect('window' in globalThis).toBe(false);
    const { Rank1RerankElement } = await import('../../../src/ui/index.ts');
    expect(Rank1RerankElement.observedAttributes).toEqual(
      expect.arrayContaining(['query', 'model', 'device', 'instruction', 'max-new-tokens', 'max-slots']),
    );
  });
});
