/**
 * Templates that redefine what "relevant" means: a text that holds FILL_QUERY_HERE and takes the query's place in the
 * prompt, as the reference's prompt for a data set does.
 */
import type { RerankRequest } from '../protocol/rerank-api.ts';
import { QUERY_PLACEHOLDER, type QueryPreset } from '../base/query-presets.ts';
import { queryWithInstruction } from './prompt.ts';
import presets from './presets.json';

/** Templates in this project's own words; the reference's texts are not copied. */
export const QUERY_PRESETS: Readonly<Record<QueryPreset, string>> = presets;

/** The template with the query in every place that asks for it; whatever the query holds is text. */
export function fillQueryTemplate(template: string, query: string): string {
  return template.split(QUERY_PLACEHOLDER).join(query);
}

/** What stands in the query's place: the query, its instruction, and the template around both. */
export function promptQuery({ query, options }: Pick<RerankRequest, 'query' | 'options'>): string {
  const { instruction, queryTemplate, preset } = options;
  const template = queryTemplate ?? (preset && QUERY_PRESETS[preset]);
  const instructed = queryWithInstruction(query, instruction);
  return template === undefined ? instructed : fillQueryTemplate(template, instructed);
}

/** How many characters `promptQuery` gives, found without making the text: a template may hold the query many times. */
export function promptQueryLength({ query, options }: Pick<RerankRequest, 'query' | 'options'>): number {
  const { instruction, queryTemplate, preset } = options;
  const template = queryTemplate ?? (preset && QUERY_PRESETS[preset]);
  const { length } = queryWithInstruction(query, instruction);
  if (template === undefined) return length;
  const parts = template.split(QUERY_PLACEHOLDER);
  return parts.reduce((sum, part) => sum + part.length, (parts.length - 1) * length);
}
