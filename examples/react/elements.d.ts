/** What TypeScript should know of the element in JSX. */
import type { Rank1EventMap, Rank1RerankElement } from 'rank1-rerank/element';
import type { DetailedHTMLProps, HTMLAttributes } from 'react';

type Properties = Partial<Omit<Rank1RerankElement, keyof HTMLElement>>;
type Listeners = { [Type in keyof Rank1EventMap as `on${Type}`]?: (event: Rank1EventMap[Type]) => void };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'rank1-rerank': DetailedHTMLProps<HTMLAttributes<Rank1RerankElement>, Rank1RerankElement> &
        Properties &
        Listeners;
    }
  }
}
