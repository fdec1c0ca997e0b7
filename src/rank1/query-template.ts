/**
 * Templates that redefine what "relevant" means: a text with FILL_QUERY_HERE that replaces the query in the prompt, like the
 * reference's prompts for data sets.
 */
import type { RerankRequest } from '../protocol/rerank-api.ts';
import { QUERY_PLACEHOLDER, type QueryPreset } from '../base/query-presets.ts';
import { queryWithInstruction } from './prompt.ts';
import presets from './presets.json';

/** In this project's own words; the reference's texts are not copied. */
export const QUERY_PRESETS: Readonly<Record<QueryPreset, string>> = presets;

/** The template with every placeholder replaced; the query is never read as a pattern. */
export function fillQueryTemplate(template: string, query: string): string {
  return template.split(QUERY_PLACEHOLDER).join(query);
}

/** The query as it stands in the prompt: with its instruction, in its template. */
export function promptQuery({ query, options }: Pick<RerankRequest, 'query' | 'options'>): string {
  const { instruction, queryTemplate, preset } = options;
  const template = queryTemplate ?? (preset && QUERY_PRESETS[preset]);
  const instructed = queryWithInstruction(query, instruction);
  return template === undefined ? instructed : fillQueryTemplate(template, instructed);
}

/** Length of `promptQuery` in characters, without building the text: a template may repeat the query many times. */
export function promptQueryLength({ query, options }: Pick<RerankRequest, 'query' | 'options'>): number {
  const { instruction, queryTemplate, preset } = options;
  const template = queryTemplate ?? (preset && QUERY_PRESETS[preset]);
  const { length } = queryWithInstruction(query, instruction);
  if (template === undefined) return length;
  const parts = template.split(QUERY_PLACEHOLDER);
  return parts.reduce((sum, part) => sum + part.length, (parts.length - 1) * length);
}
