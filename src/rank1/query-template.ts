/**
 * Templates that redefine what "relevant" means: a text that holds FILL_QUERY_HERE and takes the query's place in the
 * prompt, as the reference's prompt for a data set does. Files of them map a task's name to its template.
 */
import { Rank1Error } from '../errors.ts';
import type { QueryPreset, RerankRequest } from '../protocol/rerank-api.ts';
import { queryWithInstruction } from './prompt.ts';
import presets from './presets.json';

export const QUERY_PLACEHOLDER = 'FILL_QUERY_HERE';

/** Templates in this project's own words; the reference's texts are not copied. */
export const QUERY_PRESETS: Readonly<Record<QueryPreset, string>> = presets;

export type QueryTemplates = ReadonlyMap<string, string>;

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

/** @throws Rank1Error `invalid-file` unless it is an object of templates that all hold the placeholder */
export function parseQueryTemplates(json: unknown, file: string): QueryTemplates {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Rank1Error(
      'invalid-file',
      `${file}: this is not a file of query templates. It must be {task name: template}.`,
    );
  }
  const templates = new Map<string, string>();
  for (const [task, template] of Object.entries(json)) {
    if (typeof template !== 'string' || !template.includes(QUERY_PLACEHOLDER)) {
      throw new Rank1Error(
        'invalid-file',
        `${file}: the template of ${JSON.stringify(task)} has no place for the query. Write ${QUERY_PLACEHOLDER} where it belongs.`,
      );
    }
    templates.set(task, template);
  }
  return templates;
}

/** `{dataset}_{subtask}`, then `{dataset}`, as the reference looks it up; null when there is neither. */
export function findQueryTemplate(
  templates: QueryTemplates,
  dataset: string,
  subtask?: string,
): string | null {
  const ofSubtask = subtask === undefined ? undefined : templates.get(`${dataset}_${subtask}`);
  return ofSubtask ?? templates.get(dataset) ?? null;
}
