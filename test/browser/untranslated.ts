/** English that is left on a page that should be in Traditional Chinese. */
import type { Page } from '@playwright/test';

/** Names, formats and units, which are the same in every language. */
const NAMES =
  /rank1(-rerank)?(-model)?|Qwen3-Reranker|mxbai-rerank-\w+-v\d|zerank-\d-\w+|\bMIT\b|Apache-2\.0|\brun\b|qrels|revision|\bmain\b|max[A-Z]\w+|safetensors|Hugging Face|WebGPU|WebAssembly|GPU|CPU|KV|dtype|q4f16|q[48]|fp(16|32)|[kMG]i?B|trec_eval|TREC|BEIR|mteb|rank_llm|nDCG|NevIR|p-MRR|Judged|docs\/scale\.md|JSPI|shader-f16|ZIP|GGUF|JSON|\bAWQ\b|Llama|Mistral|[A-Za-z_.]*\.(jsonl|json|gz|run|qrels|html)\b|\*\.eval|https?:\/\/\S+|name\/model/gi;

/**
 * Texts in which a word of three letters or more is left when names are taken out: what is seen, what is read aloud, and
 * what stands in fields. Code, the data of a file, and what says that it is English are passed over.
 */
export async function untranslated(page: Page): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const passedOver = 'code, script, style, noscript, [lang="en"], .network-panel li, .device td';
    const found: string[] = [];
    const visit = (root: Document | ShadowRoot | Element): void => {
      for (const node of root.childNodes) {
        if (node instanceof Text) {
          found.push(node.data);
          continue;
        }
        if (!(node instanceof Element) || node.matches(passedOver)) continue;
        for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
          found.push(node.getAttribute(name) ?? '');
        if (node instanceof HTMLImageElement && node.src.startsWith('data:image/svg'))
          found.push(
            ...[...decodeURIComponent(node.src).matchAll(/<text[^>]*>([^<]*)/g)].map(([, text = '']) => text),
          );
        if (node.shadowRoot) visit(node.shadowRoot);
        visit(node);
      }
    };
    visit(document.body);
    return [document.title, ...found];
  });
  return texts.map((text) => text.trim()).filter((text) => /[a-z]{3}/i.test(text.replace(NAMES, '')));
}
