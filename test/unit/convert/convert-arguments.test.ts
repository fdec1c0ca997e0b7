/** The arguments of `rank1-rerank convert`, and the progress it prints. */
import { describe, expect, it } from 'vitest';
import { parseConvertArguments } from '../../../src/convert/node/convert-arguments.ts';
import { describeProgress, progressLine } from '../../../src/convert/node/progress-line.ts';

describe('parseConvertArguments', () => {
  it('has the documented defaults', () => {
    expect(parseConvertArguments(['in', '--out', 'model'])).toMatchObject({
      source: 'in',
      options: {
        dtype: 'q4',
        layout: 'rank1',
        method: 'symmetric',
        blockSize: 32,
        maxPositions: 16384,
        accuracyLevel: 0,
      },
    });
  });

  it.each([
    [[]],
    [['a']],
    [['a', 'b', '--out', 'c']],
    [['a', '--out', 'c', '--nonsense']],
    [['a', '--out', 'c', '--block-size', '48']],
    [['a', '--out', 'c', '--block-size', '8']],
    [['a', '--out', 'c', '--shard-size', '0']],
    [['a', '--out', 'c', '--shard-size', '1025']],
    [['a', '--out', 'c', '--max-positions', 'many']],
    [['a', '--out', 'c', '--accuracy-level', '1']],
  ])('refuses %j', (args) => {
    expect(() => parseConvertArguments(args)).toThrow(/./);
  });
});

describe('the progress line', () => {
  const at = (bytes: number, tensors: number) => ({ bytes, totalBytes: 4e8, tensors, totalTensors: 40 });

  it('tells speed and time left', () => {
    expect(describeProgress(at(1e8, 10), 2)).toBe('10/40 tensors, 100 of 400 MB, 50.0 MB/s, 6 s left');
    expect(describeProgress(at(0, 1), 0)).toContain('time left unknown');
  });

  it('prints at most ten lines where there is no terminal, and one rewritten line where there is', () => {
    const lines: string[] = [];
    const report = progressLine({ write: (text) => lines.push(text) }, () => 0);
    for (let tensors = 1; tensors <= 40; tensors++) report(at(tensors * 1e7, tensors));
    expect(lines).toHaveLength(10);
    const shown: string[] = [];
    const rewrite = progressLine({ isTTY: true, write: (text) => shown.push(text) }, () => 0);
    for (let tensors = 1; tensors <= 40; tensors++) rewrite(at(tensors * 1e7, tensors));
    expect(shown.filter((text) => text.includes('\n'))).toHaveLength(1);
  });
});
