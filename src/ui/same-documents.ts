import type { RerankDocument } from '../protocol/rerank-api.ts';

export function haveSameTexts(
  documents: readonly RerankDocument[],
  others: readonly RerankDocument[],
): boolean {
  return (
    documents.length === others.length &&
    documents.every(
      ({ title, text }, place) => title === others[place]?.title && text === others[place]?.text,
    )
  );
}

/** For each document, the place among `others` of one with the same title and text; duplicates pair up in order. */
export function placesOf(
  documents: readonly RerankDocument[],
  others: readonly RerankDocument[],
): (number | undefined)[] {
  const contentOf = ({ title, text }: RerankDocument): string => JSON.stringify([title, text]);
  const places = new Map<string, number[]>();
  others.forEach((document, place) => {
    const content = contentOf(document);
    const same = places.get(content);
    if (same) same.push(place);
    else places.set(content, [place]);
  });
  for (const same of places.values()) same.reverse();
  return documents.map((document) => places.get(contentOf(document))?.pop());
}
