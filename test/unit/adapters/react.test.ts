import { createElement, type ComponentProps } from 'react';
import { renderToString } from 'react-dom/server';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { Rank1Rerank } from '../../../src/adapters/react.ts';
import type { Rank1EventMap } from '../../../src/ui/index.ts';

type Props = ComponentProps<typeof Rank1Rerank>;

describe('the React component', () => {
  it('renders on a server, where documents cannot be attributes, without a word about them', () => {
    const html = renderToString(createElement(Rank1Rerank, { documents: ['Yakutsk'], className: 'wide' }));
    expect(html).toBe('<rank1-rerank class="wide"></rank1-rerank>');
  });

  it('has a prop for every event, with the type of its detail', () => {
    type Named<Type extends string> = Type extends `${infer Head}-${infer Tail}`
      ? `${Capitalize<Head>}${Named<Tail>}`
      : Capitalize<Type>;
    expectTypeOf<`on${Named<keyof Rank1EventMap>}`>().toExtend<keyof Props>();
    expectTypeOf<NonNullable<Props['onRank1Verdict']>>()
      .parameter(0)
      .toEqualTypeOf<Rank1EventMap['rank1-verdict']>();
  });
});
