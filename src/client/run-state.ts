/** What a run is doing as a whole, for whoever shows it; what happens to each document are its updates. */
import type { Rank1ErrorCode } from '../base/errors.ts';
import type { DevicePreference, LoadedModel } from '../protocol/rerank-api.ts';

/** `caller`: `pause()` was called; `page`: the page is hidden or frozen. */
export type PausedBy = 'caller' | 'page';

export type RunState =
  | { readonly type: 'running'; readonly model: LoadedModel }
  /** another page, or another reranker of this one, has the device */
  | { readonly type: 'waiting' }
  | { readonly type: 'paused'; readonly by: PausedBy }
  | {
      readonly type: 'recovering';
      /** what failed, and the sentence that tells of it */
      readonly code: Rank1ErrorCode;
      readonly message: string;
      /** failures in a row, this one included; after three the run stops */
      readonly numFailures: number;
      /** how long until it is tried again */
      readonly waitMs: number;
      /** where, and with how many rows at most (undefined: as many as before), it goes on */
      readonly device: DevicePreference;
      readonly maxSlots: number | undefined;
    };

export type RunStateListener = (state: RunState) => void;
