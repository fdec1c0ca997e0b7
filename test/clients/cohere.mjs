/** Cohere's client, whichever version `cohere` is: both versions of the API, in Node and in a page. */
export const rankWithCohere = {
  async 1({ CohereClient }, { address, token, query, documents }) {
    const client = new CohereClient({ environment: address, token });
    const { results } = await client.rerank({ query, documents });
    return results.map(({ index, relevanceScore }) => [index, relevanceScore]);
  },
  async 2({ CohereClientV2 }, { address, token, query, documents }) {
    const client = new CohereClientV2({ environment: address, token });
    const { results } = await client.rerank({ model: 'rerank-v3.5', query, documents });
    return results.map(({ index, relevanceScore }) => [index, relevanceScore]);
  },
};
