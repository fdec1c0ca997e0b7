/** Where a fault strikes and what it is: the words that the page of the fault suite and its worker share. */
export const LOAD_STAGES = ['download', 'verify', 'load', 'warm-up'] as const;
export const RUN_STAGES = ['prefill', 'decode', 'verdict'] as const;
export type Stage = (typeof LOAD_STAGES)[number] | (typeof RUN_STAGES)[number];

/** What the worker does to itself. */
export type WorkerFault =
  | 'device-lost'
  | 'out-of-memory'
  | 'run-failed'
  | 'network'
  | 'storage'
  /** an exception that nothing catches */
  | 'crash'
  /** ends itself without a word */
  | 'close'
  /** waits for ever, and answers nothing but what is asked */
  | 'hang'
  /** computes for ever, and answers nothing at all */
  | 'spin'
  /** one row of a step has no numbers */
  | 'no-numbers';

/** What happens to the page, on a word from the worker, which goes on. */
export const PAGE_EVENTS = ['unreadable', 'freeze', 'hide', 'pause', 'abort', 'dispose'] as const;
export type PageEvent = (typeof PAGE_EVENTS)[number];

export interface FaultPlan {
  readonly stage: Stage;
  readonly fault: WorkerFault | PageEvent;
}

/** The worker's word to the page. */
export interface PageEventMessage {
  readonly pageEvent: PageEvent;
}

/** What a worker was asked for, told by itself. */
export interface AskedMessage {
  readonly asked: { readonly device?: string; readonly numDocuments?: number; readonly maxSlots?: number };
}
