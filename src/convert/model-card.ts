/** README.md of a converted model: source, contents, and how to run it. */
import type { ConvertedManifest, ConvertedModel } from './manifest.ts';

const AWQ_NOTE = `- linear layers: AutoAWQ's own codes, unchanged. The embedding table and the head, which are fp16 in the source, were
  rounded to 4 bits here
`;

const GGUF_NOTE = `- weights in Q4_0 and Q8_0: the GGUF file's own codes and scales, unchanged. Those in other formats were rounded here
`;

/** @param dtype the one that was converted */
export function modelCard(manifest: ConvertedManifest, dtype: string): string {
  const model = manifest.models[dtype]!;
  const revision = manifest.source.revision === null ? '' : `, revision ${manifest.source.revision}`;
  const blocks = model.blockSize === null ? '' : `, ${model.quantization} in blocks of ${model.blockSize}`;
  const slots = Object.entries(model.memory.bytesAtSlots).map(
    ([count, bytes]) => `| ${count} | ${gigabytes(bytes)} |`,
  );
  return `# ${manifest.source.name}, converted for the browser

Converted from \`${manifest.source.name}\`${revision} by \`rank1-rerank convert\`. The weights, and their licence, are
the source's; see its model card for training data, intended use and results. They were not trained further.

- architecture: ${manifest.architecture}, vocabulary ${manifest.vocabSize}
- dtype: ${dtype}${blocks}; KV cache ${model.kvDtype}
${model.quantization === 'awq' ? AWQ_NOTE : model.quantization === 'gguf' ? GGUF_NOTE : ''}- graph layout: ${model.layout}; longest sequence: ${model.maxPositions} tokens

| rows decoded together | memory at ${model.memory.contextTokens} tokens each |
|---|---|
${slots.join('\n')}

${usage(model.layout, dtype)}
`;
}

function usage(layout: ConvertedModel['layout'], dtype: string): string {
  if (layout === 'rank1') {
    return `## Use

\`\`\`html
<rank1-rerank model="/path/to/this/folder"></rank1-rerank>
\`\`\`

\`rank1.json\` lists every other file with its size and SHA-256.`;
  }
  return `## Use

\`\`\`js
import { AutoModelForCausalLM, AutoTokenizer } from '@huggingface/transformers';
const tokenizer = await AutoTokenizer.from_pretrained('this-folder');
const model = await AutoModelForCausalLM.from_pretrained('this-folder', { dtype: '${dtype}', device: 'webgpu' });
\`\`\`

The runtime that transformers.js brings has no CPU kernel for quantised embedding tables, so q4 and q8 need WebGPU.
One prompt at a time: rows padded on the left are not supported by this graph.`;
}

const gigabytes = (bytes: number): string =>
  bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
