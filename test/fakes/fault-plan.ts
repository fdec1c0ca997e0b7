/** Kinds and places of faults: shared by the page of the fault suite and its worker. */
export const LOAD_STAGES = ['download', 'verify', 'load', 'warm-up'] as const;
export const RUN_STAGES = ['prefill', 'decode', 'verdict'] as const;
export type Stage = (typeof LOAD_STAGES)[number] | (typeof RUN_STAGES)[number];

/**
 * How long silence may last in these tests: each its own, so that what is told shows which of them it was. Long enough for
 * a worker to start on a busy machine, and short for those that have to be found dead.
 */
export const STALL_MS = 2000;
export const FAULT_TIMES = {
  silentLoadMs: 4000,
  silentRunMs: 5000,
  abortMs: 1000,
  backOffMs: [1, 2],
} as const;

/** Faults of the worker. */
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
  /** waits forever, but answers calls */
  | 'hang'
  /** computes forever and answers nothing */
  | 'spin'
  /** one row of a step has no numbers */
  | 'no-numbers'
  /** a byte of the weights arrives as another */
  | 'damaged'
  /** has the page abort the run, and then does not end its step */
  | 'abort-stuck';

/** Events of the page, triggered by the worker, which continues. */
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

/** A worker's request, reported by itself. */
export interface AskedMessage {
  readonly asked: { readonly device?: string; readonly numDocuments?: number; readonly maxSlots?: number };
}
