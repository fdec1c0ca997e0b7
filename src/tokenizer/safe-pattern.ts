/**
 * Regular expressions in a tokenizer.json are untrusted and run over users' documents. JavaScript's matcher backtracks,
 * so nested repetition can take exponential time. No tokenizer of the rank1 family needs it: such patterns are refused.
 */
const MAX_PATTERN_LENGTH = 4000;
const MAX_DEPTH = 200;
const UNBOUNDED = /^(?:[*+]|\{\d+,\})/;
const QUANTIFIER = /^(?:[*+?]|\{\d+(?:,\d*)?\})/;

/**
 * @param value parsed JSON; every `Regex` in it is checked, at any depth
 * @returns what is wrong, for a message; `null` when all patterns are safe
 */
export function findUnsafePattern(value: unknown): string | null {
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth > MAX_DEPTH) return 'it is nested too deeply';
    for (const [key, child] of Object.entries(next.value)) {
      if (key === 'Regex' && typeof child === 'string' && !isSafePattern(child)) {
        return 'it has a regular expression that could run without end';
      }
      waiting.push({ value: child, depth: next.depth + 1 });
    }
  }
  return null;
}

/** True if no group that contains repetition or alternation repeats without bound, and there are no backreferences. */
export function isSafePattern(pattern: string): boolean {
  if (pattern.length > MAX_PATTERN_LENGTH || /\\[1-9k]/.test(pattern)) return false;
  /** For each open group: whether it contains repetition or alternation. */
  const open: boolean[] = [false];
  for (let at = 0; at < pattern.length;) {
    const char = pattern[at]!;
    if (char === '(') open.push(false);
    if (char === '|') open[open.length - 1] = true;
    const isAtomEnd = char !== '(' && char !== '|';
    const inner = char === ')' && open.length > 1 ? open.pop()! : false;
    at = char === '\\' ? at + 2 : char === '[' ? classEnd(pattern, at) : at + 1;
    if (char === '(' && pattern[at] === '?') at += 1; // the start of `(?:` and the like, not a quantifier
    if (!isAtomEnd) continue;
    const rest = pattern.slice(at, at + 24);
    const quantifier = QUANTIFIER.exec(rest)?.[0];
    if (quantifier && UNBOUNDED.test(rest) && inner) return false;
    if (inner || (quantifier && quantifier !== '?')) open[open.length - 1] = true;
    at += quantifier?.length ?? 0;
  }
  return true;
}

/** Index after the `]` of the character class that starts at `at`. */
function classEnd(pattern: string, at: number): number {
  for (let end = at + 1; end < pattern.length; end++) {
    if (pattern[end] === '\\') end += 1;
    else if (pattern[end] === ']') return end + 1;
  }
  return pattern.length;
}
