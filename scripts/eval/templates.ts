/** `--templates`: a JSON file of task name to query template. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { findQueryTemplate, parseQueryTemplates } from '../../src/rank1/query-template.ts';

/**
 * The template of `{Dataset}_{subtask}`, else of `{Dataset}`, else none.
 *
 * @param task such as `BrightRetrieval_pony` or `SciFact`
 * @throws Error with a sentence for people
 */
export function findTemplate(file: string, task: string): string | null {
  const templates = parseQueryTemplates(parse(readFileSync(file, 'utf8'), basename(file)), basename(file));
  for (let name = task; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('_')))) {
    const template = findQueryTemplate(templates, name);
    if (template !== null) return template;
  }
  return null;
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`${file} is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}
