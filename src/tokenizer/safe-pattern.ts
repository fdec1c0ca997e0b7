/**
 * Regular expressions in a tokenizer.json are untrusted and run over users' documents. JavaScript's matcher backtracks,
 * so the ways to match a part multiply with those of the next, and can take time without end. No model's tokenizer needs
 * that: such patterns are refused. They are in Oniguruma's syntax, which the tokenizer library rewrites for JavaScript.
 */
const MAX_PATTERN_LENGTH = 4000;
const MAX_DEPTH = 200;
/** The models' patterns take at most forty. */
const MAX_TRIES = 1000;
/** BLOOM's, of which the library makes another class before it reads any. */
const BLOOM_CLASS = /\[\^\(\\s\|\[([^\]]+)\]\)\]/g;
const TOKEN = /\((?:\?(?:<?[=!]|<\w+>|i?:|>))?|\\[pPxu]\{[^}]*\}|\\?[^]|\\/y;
const ASSERTION = /\?<?[=!]$/;
/** `{,9}` is Oniguruma's. A `+` after another quantifier is dropped by the library. */
const QUANTIFIER = /([*+?])[+?]*|\{(?=,?\d)(\d*)(,?)(\d*)\}([*+?]*)/y;

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

/** A bound on the ways that the matcher may try from one place of a text: `count` times the text's length to the `degree`. */
interface Tries {
  readonly count: number;
  readonly degree: number;
  /** It matches whatever the text is, so nothing before it is tried again. */
  readonly isSure: boolean;
}

/** The tries for a part of a pattern and the rest of it, given those for the rest. */
type Part = (rest: Tries) => Tries;

interface Group {
  readonly isAssertion: boolean;
  readonly branches: Part[][];
}

const END: Tries = { count: 1, degree: 0, isSure: true };
const UNSAFE: Tries = { count: Infinity, degree: 0, isSure: false };

const unsure: Part = (rest) => ({ ...rest, isSure: false });
const nothing: Part = (rest) => rest;

/** True if it has no backreferences, and at one place it is tried at most `MAX_TRIES` times for each character of the text. */
export function isSafePattern(given: string): boolean {
  const pattern = given.replace(BLOOM_CLASS, '[^()|\\s$1]');
  // The library leaves \G out: what repeats it then repeats what is before it.
  if (pattern.length > MAX_PATTERN_LENGTH || /\\[1-9kG]/.test(pattern)) return false;
  const whole: Group = { isAssertion: false, branches: [[]] };
  const open = [whole];
  for (let at = 0; at < pattern.length;) {
    const token = tokenAt(pattern, at);
    at += token.length;
    if (token[0] === '(') {
      if (open.push({ isAssertion: ASSERTION.test(token), branches: [[]] }) > MAX_DEPTH) return false;
      continue;
    }
    const part = token === ')' && open.length > 1 ? partOf(open.pop()!) : unsure;
    const { branches } = open.at(-1)!;
    if (token === '|') {
      branches.push([]);
      continue;
    }
    const quantifier = matchAt(QUANTIFIER, pattern, at);
    branches.at(-1)!.push(quantifier ? repeated(part, quantifier) : part);
    at += quantifier?.[0].length ?? 0;
  }
  const { count, degree } = partOf(whole)(END);
  return count <= MAX_TRIES && degree <= 1;
}

function partOf({ branches, isAssertion }: Group): Part {
  const part = either(branches.map((parts) => (rest) => parts.reduceRight((next, each) => each(next), rest)));
  return isAssertion ? (rest) => unsure(part(unsure(rest))) : part;
}

function either(parts: readonly Part[]): Part {
  return (rest) => {
    const tries = parts.map((part) => part(rest));
    return {
      count: tries.reduce((sum, { count }) => sum + count, 0),
      degree: Math.max(...tries.map(({ degree }) => degree)),
      isSure: tries.some(({ isSure }) => isSure),
    };
  };
}

function repeated(part: Part, [, sign, from, comma, to, suffix]: RegExpExecArray): Part {
  if (sign) return repeat(part, sign === '+' ? 1 : 0, sign === '?' ? 1 : Infinity);
  const min = Number(from);
  // After a count, Oniguruma and thus the library take + and * for another repetition of it all.
  if (suffix && suffix[0] !== '?')
    return (rest) => (rest.isSure ? repeat(part, min, Infinity)(rest) : UNSAFE);
  return repeat(part, min, to ? Number(to) : comma ? Infinity : min);
}

function repeat(part: Part, min: number, max: number): Part {
  if (max <= 1) return min === 1 ? part : either([part, nothing]);
  const once = part(unsure(END));
  if (once.count > 1 || once.degree > 0) return () => UNSAFE;
  return (rest) => ({
    count: max === Infinity ? rest.count : rest.count * max,
    degree: max === Infinity && !rest.isSure ? rest.degree + 1 : rest.degree,
    isSure: rest.isSure && min === 0,
  });
}

/** A character, an escape, a class, or the start of a group. */
function tokenAt(pattern: string, at: number): string {
  if (pattern[at] === '[') return pattern.slice(at, classEnd(pattern, at));
  return matchAt(TOKEN, pattern, at)![0];
}

/** Index after the `]` of the class that starts at `at`; as in Oniguruma, a first `]` is a character, and classes nest. */
function classEnd(pattern: string, at: number): number {
  let depth = 0;
  for (let next = at; next < pattern.length; next++) {
    if (pattern[next] === '\\') next += 1;
    else if (pattern[next] === '[') {
      depth += 1;
      if (pattern[next + 1] === '^') next += 1;
      if (pattern[next + 1] === ']') next += 1;
    } else if (pattern[next] === ']' && --depth === 0) return next + 1;
  }
  return pattern.length;
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}
