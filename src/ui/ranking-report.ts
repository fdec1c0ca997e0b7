/** An element's ranking in the form the exporters take, with labels in the page's language. */
import { msg, str } from '@lit/localize';
import type { RankedList } from '../client/ranked-list.ts';
import type { Fact, RankingReport, ReportedDocument, ReportWords } from '../export/index.ts';
import type { RerankDocument } from '../protocol/rerank-api.ts';
import { interfaceLanguage } from './localization/interface-language.ts';

export type ReportContext = Omit<RankingReport, 'documents'>;

export function rankingReport(
  list: RankedList,
  documents: readonly RerankDocument[],
  context: ReportContext,
): RankingReport {
  return {
    ...context,
    documents: list.order.flatMap((index, place): ReportedDocument[] => {
      const item = list.items[index];
      const document = documents[index];
      if (!item || !document) return [];
      const { state: _state, samples: _samples, index: _index, ...outcome } = item;
      const { id, title, text, metadata } = document;
      const rank = item.verdict ? place + 1 : null;
      return [{ rank, index, id, title, text, ...outcome, facts: factsOf(metadata) }];
    }),
  };
}

/** Metadata values that fit a table cell: primitives. */
function factsOf(metadata: unknown): Record<string, Fact> | undefined {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return undefined;
  const facts = Object.entries(metadata).filter((entry): entry is [string, Fact] => isFact(entry[1]));
  return facts.length > 0 ? Object.fromEntries(facts) : undefined;
}

function isFact(value: unknown): value is Fact {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** @param remoteHost that the texts were sent to; null if they stayed on this device */
export function reportWords(remoteHost: string | null): ReportWords {
  return {
    language: interfaceLanguage(),
    title: msg('Ranking'),
    question: msg('Question'),
    instruction: msg('Instruction'),
    model: msg('Model'),
    created: msg('Made'),
    relevant: msg('Relevant'),
    notRelevant: msg('Not relevant'),
    noVerdict: msg('No verdict'),
    score: msg('score'),
    logitDifference: msg('logit difference'),
    reasoning: msg('Reasoning'),
    passage: msg('Passage'),
    forced: msg('asked to decide before it had finished'),
    instant: msg('without reasoning'),
    truncated: msg('passage shortened to fit'),
    nothingRelevant: msg('Nothing is relevant.'),
    nothingJudged: msg('No document could be judged.'),
    settings: msg('Settings'),
    counts: msg('Counts'),
    notRead: msg('Not read'),
    madeBy:
      remoteHost === null
        ? msg(
            'Verdicts and reasoning were written by a language model and can be wrong. Made with rank1-rerank, on this device.',
          )
        : msg(
            str`Verdicts and reasoning were written by a language model and can be wrong. Made with rank1-rerank. The question and the documents were sent to ${remoteHost}.`,
          ),
    document: (place) => msg(str`Document ${place}`),
  };
}
