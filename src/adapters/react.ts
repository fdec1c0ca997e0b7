'use client';
/**
 * `<Rank1Rerank>`, the element as a React component. Its properties are set even when React hydrates server-rendered
 * markup, and its events are props (`rank1-verdict` is `onRank1Verdict`). Importing this module also types
 * `<rank1-rerank>` in JSX.
 *
 * @example
 *   import { Rank1Rerank } from 'rank1-rerank/react';
 *
 *   <Rank1Rerank query={query} documents={documents} onRank1Complete={({ detail }) => show(detail.results)} />;
 */
import { createComponent, type EventName } from '@lit/react';
import * as React from 'react';
import { Rank1RerankElement, type Rank1EventMap } from '../ui/index.ts';

const named = <Type extends keyof Rank1EventMap>(type: Type) => type as EventName<Rank1EventMap[Type]>;

export const Rank1Rerank = createComponent({
  react: React,
  tagName: 'rank1-rerank',
  elementClass: Rank1RerankElement,
  displayName: 'Rank1Rerank',
  events: {
    onRank1LoadProgress: named('rank1-load-progress'),
    onRank1Update: named('rank1-update'),
    onRank1Verdict: named('rank1-verdict'),
    onRank1Complete: named('rank1-complete'),
    onRank1Abort: named('rank1-abort'),
    onRank1State: named('rank1-state'),
    onRank1Pause: named('rank1-pause'),
    onRank1Resume: named('rank1-resume'),
    onRank1Error: named('rank1-error'),
    onRank1Threshold: named('rank1-threshold'),
  },
});

type Properties = Partial<Omit<Rank1RerankElement, keyof HTMLElement>>;
type Listeners = { [Type in keyof Rank1EventMap as `on${Type}`]?: (event: Rank1EventMap[Type]) => void };

declare module 'react' {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- React's own name for what JSX may hold
  namespace JSX {
    interface IntrinsicElements {
      'rank1-rerank': React.DetailedHTMLProps<React.HTMLAttributes<Rank1RerankElement>, Rank1RerankElement> &
        Properties &
        Listeners;
    }
  }
}
