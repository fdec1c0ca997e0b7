/**
 * How a model is asked whether a document is relevant, and how its answer becomes a score: data in the model folder's
 * manifest, so that a reranker is supported by describing it.
 */
export interface ScoringProfile {
  readonly name: string;
  /**
   * The whole prompt, roles and special tokens included, with `{query}` and `{document}` once each. Every part is
   * tokenized by itself, as the model's own code does; special tokens are recognised here and never in texts.
   */
  readonly prompt: readonly string[];
  /** What replaces `{query}`. null: the query itself, with an instruction appended after a space. */
  readonly query: QueryForms | null;
  /** `think`: the model reasons until `</think>` and then answers. `none`: its next token is the answer. */
  readonly chain: 'think' | 'none';
  /**
   * The texts whose logits are read; without a second one, the first logit alone is the score. Without a chain each must
   * be one token. A chain writes its answer as text, so the first token counts.
   */
  readonly answers: { readonly true: string; readonly false: string | null };
  /** From x, logit(true) - logit(false) or logit(true): the score is sigmoid((x - offset) / scale). */
  readonly score: { readonly offset: number; readonly scale: number };
  /**
   * What opens a quote of the document in a chain, with its quotation mark: up to the closing mark, decoding is held to the
   * document's own words. null: as the model writes. See rank1/verbatim-quotes.ts.
   */
  readonly quoteCue: string | null;
  readonly cut: DocumentCut;
  /** whether white space around query and document is dropped */
  readonly trim: boolean;
}

export interface QueryForms {
  /** with `{query}`: the form without an instruction */
  readonly plain: string;
  /** with `{instruction}` and `{query}` */
  readonly instructed: string;
  /** used if the caller gives none */
  readonly defaultInstruction: string | null;
}

/** Only the document is ever cut: a prompt that lost its end would be answered at random. */
export interface DocumentCut {
  /** `token`: at any token; needs `{document}` at the end of its part. `word`: before the word that does not fit. */
  readonly at: 'token' | 'word';
  /** of the whole prompt; null: the model's context */
  readonly maxTokens: number | null;
  /** of a document, in code points; null: any number */
  readonly maxCharacters: number | null;
}

/** The reference protocol of rank1 (rank1/chain-protocol.ts), which models without a profile follow. */
export const RANK1_PROFILE: ScoringProfile = {
  name: 'rank1',
  prompt: [
    "Determine if the following passage is relevant to the query. Answer only with 'true' or 'false'.\nQuery: {query}\nPassage: {document}\n<think>",
  ],
  query: null,
  chain: 'think',
  answers: { true: ' true', false: ' false' },
  score: { offset: 0, scale: 1 },
  quoteCue: null,
  cut: { at: 'word', maxTokens: null, maxCharacters: null },
  trim: false,
};
