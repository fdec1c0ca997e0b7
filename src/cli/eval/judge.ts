/** What judges a query's documents, whatever it is: an engine, the service in this process, a script. */
import type { RankedDocument } from '../../evaluation/index.ts';
import type { RerankRequest, RerankUpdate } from '../../protocol/rerank-api.ts';

/** What is known of a document when it has been judged. */
export type JudgedDocument = Omit<RankedDocument, 'docid' | 'firstStageRank' | 'grade'>;

/** Judges a query's documents, in their order. */
export type Judge = (
  query: string,
  documents: RerankRequest['documents'],
) => Promise<readonly JudgedDocument[]>;

/** What is kept of an update. */
export function judgedDocument({
  finishReason,
  verdict,
  reasoning,
  truncated,
  numPromptTokens,
  numNewTokens,
  passage,
  samples,
}: Extract<RerankUpdate, { type: 'finished' }>): JudgedDocument {
  return {
    finishReason,
    verdict,
    reasoning,
    truncated,
    numPromptTokens,
    numNewTokens,
    ...(passage && { passage }),
    ...(samples && { samples }),
  };
}
