/** Descriptions of the server and its model, for clients that ask before sending requests. Pure functions. */
import { RUN_OPTION_NAMES, RUN_OPTIONS, jsonNameOf, type RunOption } from '../../protocol/run-options.ts';

export interface ServedModel {
  readonly version?: string;
  readonly dtype?: string;
  readonly maxInputTokens?: number;
  /** of the model and the server's own options; requests that say nothing are judged alike if it is the same */
  readonly fingerprint?: string;
}

export interface About extends ServedModel {
  readonly name: string;
  readonly maxDocuments: number;
  readonly maxRequests: number;
}

/** text-embeddings-inference, `GET /info`; some clients check here for a reranker. */
function teiInfo({ name, version, dtype, maxInputTokens, maxDocuments, maxRequests }: About): object {
  return {
    model_id: name,
    model_sha: null,
    model_dtype: dtype ?? 'unknown',
    model_type: { reranker: { id2label: { 0: 'true' }, label2id: { true: 0 } } },
    max_concurrent_requests: maxRequests,
    max_input_length: maxInputTokens ?? null,
    max_batch_requests: null,
    max_client_batch_size: maxDocuments,
    auto_truncate: true,
    version: version ?? 'unknown',
  };
}

/** OpenAI, `GET /v1/models`. */
function openAiModels({ name, maxInputTokens, fingerprint }: About): object {
  const model = { id: name, object: 'model', created: 0, owned_by: 'rank1-rerank' };
  const length = maxInputTokens && { max_model_len: maxInputTokens };
  return { object: 'list', data: [{ ...model, ...length, system_fingerprint: fingerprint }] };
}

const JSON_TYPES: Readonly<Record<RunOption['kind'], string>> = {
  text: 'string',
  choice: 'string',
  count: 'integer',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
};

/** Run options as a JSON schema. */
function optionProperties(): object {
  const properties = RUN_OPTION_NAMES.flatMap((name) => {
    const field = jsonNameOf(name);
    const { kind, choices, least, most, help } = RUN_OPTIONS[name];
    if (field === null) return [];
    const limits = {
      ...(choices && { enum: choices }),
      ...(least !== undefined && { minimum: least }),
      ...(most !== undefined && { maximum: most }),
    };
    return [[field, { type: JSON_TYPES[kind], description: help, ...limits }]];
  });
  return Object.fromEntries(properties) as object;
}

function openApi(about: About): object {
  const text = { type: 'string' };
  const number = { type: 'number' };
  const texts = {
    type: 'array',
    maxItems: about.maxDocuments,
    items: { oneOf: [text, { type: 'object', additionalProperties: true }] },
  };
  const selection = {
    top_n: { type: 'integer', minimum: 0, description: 'results at most; 0 for all' },
    threshold: { ...number, description: 'lowest score of a result' },
    rank_fields: { type: 'array', items: text, description: 'fields of document objects that are read' },
    return_documents: { type: 'boolean' },
  };
  const request = (properties: object, required: readonly string[]) => ({
    required: true,
    content: {
      'application/json': {
        schema: { type: 'object', required, properties: { ...properties, ...optionProperties() } },
      },
    },
  });
  const answer = (description: string, schema: object) => ({
    200: { description, content: { 'application/json': { schema } } },
    default: { description: 'an error; the body says why', content: { 'application/json': { schema: {} } } },
  });
  const results = (item: object) => ({ type: 'array', items: { type: 'object', properties: item } });
  const scored = { index: { type: 'integer' }, relevance_score: number };
  const ranked = { type: 'object', properties: { id: text, results: results(scored) } };
  const post = (summary: string, requestBody: object, responses: object) => ({
    post: { summary, requestBody, responses },
  });
  const get = (summary: string) => ({ get: { summary, responses: answer(summary, {}) } });
  const rerankBody = request({ query: text, documents: texts, model: text, ...selection }, [
    'query',
    'documents',
  ]);
  const scoreBody = request(
    {
      text_1: { oneOf: [text, { type: 'array', items: text }] },
      text_2: { oneOf: [text, { type: 'array', items: text }] },
    },
    ['text_1', 'text_2'],
  );
  const scores = {
    type: 'object',
    properties: { data: results({ index: { type: 'integer' }, score: number }) },
  };
  const jina = post(
    'Jina, Cohere v1, vLLM, LiteLLM, together.ai, Voyage',
    rerankBody,
    answer('best first', ranked),
  );
  const pairs = post("vLLM's scores of pairs", scoreBody, answer('in the order of the request', scores));
  return {
    openapi: '3.1.0',
    info: {
      title: 'rank1-rerank',
      version: about.version ?? '0',
      description: `Reranks with ${about.name}.`,
    },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{}, { token: [] }],
    paths: {
      '/v1/rerank': jina,
      '/v1/reranking': jina,
      '/v2/rerank': post('Cohere v2', rerankBody, answer('best first', ranked)),
      '/infinity/rerank': post('Infinity', rerankBody, answer('best first', ranked)),
      '/rerank': post(
        'text-embeddings-inference (texts), or as /v1/rerank (documents)',
        request(
          {
            query: text,
            texts,
            documents: texts,
            raw_scores: { type: 'boolean' },
            return_text: { type: 'boolean' },
            ...selection,
          },
          ['query'],
        ),
        answer('best first', { oneOf: [results({ index: { type: 'integer' }, score: number }), ranked] }),
      ),
      '/v1/score': pairs,
      '/score': pairs,
      '/v1/models': get('the model'),
      '/info': get('the model, in the format of text-embeddings-inference'),
      '/health': get('whether it can judge'),
      '/metrics': { get: { summary: 'metrics for Prometheus', responses: { 200: { description: 'text' } } } },
    },
  };
}

export const DESCRIPTIONS: Readonly<Record<string, (about: About) => unknown>> = {
  '/': ({ name, version }) => ({ name: 'rank1-rerank', version, model: name, openapi: '/openapi.json' }),
  '/info': teiInfo,
  '/v1/models': openAiModels,
  '/models': openAiModels,
  '/openapi.json': openApi,
};
