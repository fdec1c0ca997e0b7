/** The boundary between Node and the page in the headless browser: plain JSON, called by name. Types only. */
import type { RerankResponse, RerankResult, UnjudgedDocument } from '../../client/rerank-result.ts';
import type {
  LoadedModel,
  LoadOptions,
  LoadProgress,
  RerankDocument,
  RerankOptions,
  RerankUpdate,
  RunStats,
} from '../../protocol/rerank-api.ts';

/** An error as data: the browser's automation would keep its message only. */
export interface PageFailure {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

export type Outcome<T> = { readonly value: T } | { readonly failure: PageFailure };

export interface PageRequest {
  readonly id: number;
  readonly query: string;
  readonly documents: readonly Pick<RerankDocument, 'title' | 'text'>[];
  readonly options: RerankOptions;
  readonly reportsProgress: boolean;
}

type WithoutDocument<T> = Omit<T, 'document' | 'id' | 'metadata'>;

/** A response without the documents, which Node has. */
export interface PageResponse extends Omit<RerankResponse, 'results' | 'unjudged'> {
  readonly results: readonly WithoutDocument<RerankResult>[];
  readonly unjudged: readonly WithoutDocument<UnjudgedDocument>[];
}

/** What the page sends by itself, to a function that Node gave it. */
export type PageProgress =
  | { readonly type: 'load'; readonly progress: LoadProgress }
  | {
      readonly type: 'finished';
      readonly id: number;
      readonly updates: RerankUpdate[];
      readonly stats: RunStats;
    };

/** What the browser has to offer; see `doctor`. */
export interface BrowserReport {
  readonly crossOriginIsolated: boolean;
  readonly numProcessors: number;
  readonly storageBytes: number | null;
  readonly adapter: {
    readonly name: string;
    readonly isSoftware: boolean;
    readonly features: readonly string[];
    readonly maxBufferBytes: number;
  } | null;
}

export interface EngineApi {
  load(options: LoadOptions): Promise<Outcome<LoadedModel>>;
  rerank(request: PageRequest): Promise<Outcome<PageResponse>>;
  /** Unknown ids are ignored. */
  abort(id: number): void;
  inspect(): Promise<BrowserReport>;
}

export interface EngineGlobals {
  rank1Engine?: EngineApi;
  rank1Progress?: (progress: PageProgress) => Promise<void>;
}
