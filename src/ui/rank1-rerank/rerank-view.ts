/** The part of `<rank1-rerank>` that its templates read and change. */
import type { ExportedFile, ExportFormat } from '../../export/index.ts';
import type { Rank1EventDetails, RankedResult } from '../events.ts';
import type { RerankController } from '../rerank-controller.ts';

export type RerankNotice = 'blank-query' | 'no-documents';

export interface RerankView {
  readonly controller: RerankController;
  readonly query: string;
  readonly notice: RerankNotice | null;
  readonly isDisabled: boolean;
  readonly results: readonly RankedResult[];
  /** indexes of the documents that count */
  readonly selection: ReadonlySet<number>;
  /** indexes of the documents that reach the threshold, whether or not they are among the first that count */
  readonly passing: ReadonlySet<number>;
  readonly effectiveThreshold: number;
  readonly remoteHost: string | null;
  readonly ownerDocument: Document;
  threshold: number | undefined;
  expanded: boolean;
  exporting: boolean;
  exportFormat: ExportFormat;
  exportNote: string;
  rerank(): Promise<unknown>;
  abort(): void;
  pause(): void;
  resume(): void;
  exportAs(format: ExportFormat): ExportedFile;
  emit<Type extends keyof Rank1EventDetails>(type: Type, detail: Rank1EventDetails[Type]): void;
}
