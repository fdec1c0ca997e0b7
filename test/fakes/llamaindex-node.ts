/** A node as LlamaIndex.TS has it: what is kept out of a model's sight depends on the mode in which it is asked. */
export type MetadataMode = 'ALL' | 'EMBED' | 'LLM' | 'NONE';

export class TextNode {
  id_ = 'node';
  text: string;
  metadata: Record<string, unknown>;
  excludedLlmMetadataKeys: string[] = [];
  excludedEmbedMetadataKeys: string[] = [];

  constructor({ text, metadata }: { readonly text: string; readonly metadata: Record<string, unknown> }) {
    this.text = text;
    this.metadata = metadata;
  }

  getContent(mode: MetadataMode): string {
    if (mode === 'NONE') return this.text;
    const hidden =
      { ALL: [], EMBED: this.excludedEmbedMetadataKeys, LLM: this.excludedLlmMetadataKeys }[mode] ?? [];
    const shown = Object.entries(this.metadata).filter(([key]) => !hidden.includes(key as never));
    return [...shown.map(([key, value]) => `${key}: ${JSON.stringify(value)}`), this.text].join('\n');
  }

  clone(): TextNode {
    return Object.assign(new TextNode(this), {
      id_: this.id_,
      excludedLlmMetadataKeys: [...this.excludedLlmMetadataKeys],
      excludedEmbedMetadataKeys: [...this.excludedEmbedMetadataKeys],
    });
  }
}
