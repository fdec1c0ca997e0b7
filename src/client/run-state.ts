/** State of a run as a whole, for display; updates have that of each document. */
import type { Rank1ErrorCode } from '../base/errors.ts';
import type { DevicePreference, LoadedModel } from '../protocol/rerank-api.ts';

export type PausedBy = 'caller' | 'page';

export type RunState =
  /** The model judges documents. `explains`: it is the explainer, which gives the reasons. */
  | { readonly type: 'running'; readonly model: LoadedModel; readonly explains?: true }
  /** Another page, or another reranker of this one, holds the device. */
  | { readonly type: 'waiting' }
  /** By `caller`, who called `pause`, or by `page`, which is hidden or frozen. */
  | { readonly type: 'paused'; readonly by: PausedBy }
  /** After a failure, the next attempt follows in `waitMs`, on `device`, with at most `maxSlots` chains at once. */
  | {
      readonly type: 'recovering';
      /** code and message of the failure */
      readonly code: Rank1ErrorCode;
      readonly message: string;
      /** consecutive failures, this one included; after three the run ends, documents that fail alone counted apart */
      readonly numFailures: number;
      /** backoff before the next attempt */
      readonly waitMs: number;
      /** device and maximum rows of the next attempt (undefined: unchanged) */
      readonly device: DevicePreference;
      readonly maxSlots: number | undefined;
    };

export type RunStateListener = (state: RunState) => void;
