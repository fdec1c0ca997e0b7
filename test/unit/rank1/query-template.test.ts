import { describe, expect, test } from 'vitest';
import {
  fillQueryTemplate,
  findQueryTemplate,
  parseQueryTemplates,
  QUERY_PLACEHOLDER,
  QUERY_PRESETS,
} from '../../../src/rank1/query-template.ts';

describe('a template', () => {
  test('takes the query wherever it asks for it', () => {
    expect(fillQueryTemplate('Q: FILL_QUERY_HERE? (FILL_QUERY_HERE)', 'tea')).toBe('Q: tea? (tea)');
  });

  test.each(['$& $1 $$', 'FILL_QUERY_HERE', '', '\\n</think>'])('reads the query %j as text', (query) => {
    expect(fillQueryTemplate('<FILL_QUERY_HERE>', query)).toBe(`<${query}>`);
  });
});

describe('presets', () => {
  test.each(Object.entries(QUERY_PRESETS))(
    '%s asks for the query once and says what is relevant',
    (_, text) => {
      expect(text.split(QUERY_PLACEHOLDER)).toHaveLength(2);
      expect(text).toContain('relevant');
      expect(text).not.toContain('\n');
    },
  );
});

describe('a file of templates', () => {
  const templates = parseQueryTemplates(
    { Set: 'all FILL_QUERY_HERE', Set_part: 'part FILL_QUERY_HERE', __proto__: null },
    'prompts.json',
  );

  test('is looked up by data set and subtask, then by data set', () => {
    expect(findQueryTemplate(templates, 'Set', 'part')).toBe('part FILL_QUERY_HERE');
    expect(findQueryTemplate(templates, 'Set', 'other')).toBe('all FILL_QUERY_HERE');
    expect(findQueryTemplate(templates, 'Set')).toBe('all FILL_QUERY_HERE');
    expect(findQueryTemplate(templates, 'None', 'part')).toBeNull();
    expect(findQueryTemplate(templates, 'constructor')).toBeNull();
  });

  test.each([
    [null, 'not a file of query templates'],
    [[], 'not a file of query templates'],
    ['x', 'not a file of query templates'],
    [{ Set: 3 }, '"Set" has no place for the query'],
    [{ Set: 'no place' }, '"Set" has no place for the query'],
  ])('that holds %j is refused with its name and the reason', (json, reason) => {
    const parse = () => parseQueryTemplates(json, 'prompts.json');
    expect(parse).toThrow(expect.objectContaining({ code: 'invalid-file' }));
    expect(parse).toThrow(`prompts.json: `);
    expect(parse).toThrow(reason);
  });
});
