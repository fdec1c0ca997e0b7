/**
 * How a model is asked whether a document is relevant, and how its answer becomes a score. Stored in the model folder's
 * manifest, so that supporting another reranker needs no code.
 */
export interface ScoringProfile {
  readonly name: string;
  /**
   * The whole prompt, roles and special tokens included, with `{query}` and `{document}` once each. Parts are tokenized
   * separately, as in the model's own code. The tokenizer's added tokens are recognised in the prompt and in the form of its
   * query, never in the texts of a caller.
   */
  readonly prompt: readonly string[];
  /** What replaces `{query}`. null: the query itself, with an instruction appended after a space. */
  readonly query: QueryForms | null;
  /**
   * `think`: the model reasons until `</think>` and then answers; only with rank1's own prompt, query, answers and trim, as
   * its forced and continued prompts are. `none`: its next token is the answer.
   */
  readonly chain: 'think' | 'none';
  /**
   * The answers whose logits are read; if `false` is null, the score comes from the logit of `true` alone. Each must
   * be a single token.
   */
  readonly answers: { readonly true: string; readonly false: string | null };
  /** score = sigmoid((x - offset) / scale), where x is logit(true) - logit(false), or logit(true) if there is no `false` */
  readonly score: { readonly offset: number; readonly scale: number };
  /**
   * Text that opens a quote of the document in a chain, ending with its quotation mark. Up to the closing mark, decoding
   * is constrained to the document's own words. null: unconstrained. See rank1/verbatim-quotes.ts.
   */
  readonly quoteCue: string | null;
  readonly cut: DocumentCut;
  /** whether white space around query and document is trimmed */
  readonly trim: boolean;
}

export interface QueryForms {
  /** with `{query}`: the form without an instruction */
  readonly plain: string;
  /** with `{instruction}` and `{query}` */
  readonly instructed: string;
  /** used if the caller gives no instruction; null: then `plain` is used */
  readonly defaultInstruction: string | null;
}

/** How a long document is cut. Nothing else is: a prompt without its end would be answered at random. */
export interface DocumentCut {
  /** `token`: at any token; needs `{document}` at the end of its part. `word`: before the word that does not fit. */
  readonly at: 'token' | 'word';
  /** limit of the whole prompt; null: the model's context length */
  readonly maxTokens: number | null;
  /** limit of a document, in code points; null: none */
  readonly maxCharacters: number | null;
}

/** rank1's protocol as in the reference implementation (rank1/chain-protocol.ts); used for models without a profile. */
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
