/**
 * Regular expressions in a tokenizer.json are untrusted and run over users' documents. JavaScript's matcher backtracks,
 * so the ways to match a part multiply with those of the next, and can take time without end. No model's tokenizer needs
 * that: such patterns are refused. They are in Oniguruma's syntax, which the tokenizer library rewrites for JavaScript.
 */
const MAX_PATTERN_LENGTH = 4000;
const MAX_DEPTH = 200;
/** From one place of a text; the models' patterns take at most 140, and 70 for each character of the text. */
const MAX_STEPS = 4000;
const MAX_STEPS_PER_CHARACTER = 200;
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

/** Bounds on what the matcher does from one place of a text: `steps`, and `stepsPerCharacter` times the text's length. */
interface Tries {
  /** how often it comes to the end if that is never enough */
  readonly ways: number;
  readonly steps: number;
  readonly stepsPerCharacter: number;
  /** It matches whatever the text is, so nothing before it is tried again. */
  readonly isSure: boolean;
}

/** The tries for a part of a pattern and the rest of it, given those for the rest. */
type Part = (rest: Tries) => Tries;

interface Group {
  readonly isAssertion: boolean;
  readonly branches: Part[][];
  /** index of its content */
  readonly start: number;
}

const END: Tries = { ways: 1, steps: 1, stepsPerCharacter: 0, isSure: true };
const UNSAFE: Tries = { ways: Infinity, steps: Infinity, stepsPerCharacter: Infinity, isSure: false };

const unsure: Part = (rest) => ({ ...rest, isSure: false });
/** A character, tried as this many. */
const oneOf =
  (numCharacters: number): Part =>
  (rest) => ({ ...rest, steps: rest.steps + numCharacters, isSure: false });
const nothing: Part = (rest) => rest;

/** True if it has no backreferences, and the matcher takes no more steps than the constants above say. */
export function isSafePattern(given: string): boolean {
  // The library leaves \G out: what repeats it then repeats what is before it.
  if (given.length > MAX_PATTERN_LENGTH || /\\[1-9kG]/.test(given)) return false;
  const pattern = given.replace(BLOOM_CLASS, '[^()|\\s$1]');
  const whole: Group = { isAssertion: false, branches: [[]], start: 0 };
  const open = [whole];
  for (let at = 0; at < pattern.length;) {
    const token = tokenAt(pattern, at);
    at += token.length;
    if (token[0] === '(') {
      if (open.push({ isAssertion: ASSERTION.test(token), branches: [[]], start: at }) > MAX_DEPTH)
        return false;
      continue;
    }
    const group = token === ')' && open.length > 1 ? open.pop()! : null;
    const part = group ? partOf(group, pattern.slice(group.start, at - 1)) : oneOf(1);
    const { branches } = open.at(-1)!;
    if (token === '|') {
      branches.push([]);
      continue;
    }
    const quantifier = matchAt(QUANTIFIER, pattern, at);
    branches.at(-1)!.push(quantifier ? repeated(part, quantifier) : part);
    at += quantifier?.[0].length ?? 0;
  }
  const { steps, stepsPerCharacter } = partOf(whole, pattern)(END);
  return steps <= MAX_STEPS && stepsPerCharacter <= MAX_STEPS_PER_CHARACTER;
}

function partOf({ branches, isAssertion }: Group, content: string): Part {
  const letters = content.toLowerCase().split('|');
  const isLetter = letters.every((letter) => /^[a-z0-9]$/.test(letter));
  // Of different letters one alone can match.
  if (isLetter && new Set(letters).size === letters.length) return oneOf(letters.length);
  const part = either(branches.map((parts) => (rest) => parts.reduceRight((next, each) => each(next), rest)));
  return isAssertion ? (rest) => unsure(part(unsure(rest))) : part;
}

function either(parts: readonly Part[]): Part {
  return (rest) => {
    const tries = parts.map((part) => part(rest));
    const sumOf = (count: (each: Tries) => number) => tries.reduce((sum, each) => sum + count(each), 0);
    return {
      ways: sumOf(({ ways }) => ways),
      steps: sumOf(({ steps }) => steps),
      stepsPerCharacter: sumOf(({ stepsPerCharacter }) => stepsPerCharacter),
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
  if (once.stepsPerCharacter > 0) return () => UNSAFE;
  return max === Infinity ? repeatFreely(once, min) : repeatUpTo(once, min, max);
}

function repeatFreely(once: Tries, min: number): Part {
  if (once.ways > 1) return () => UNSAFE;
  return (rest) => {
    if (rest.isSure) return { ...rest, steps: rest.steps + Math.max(1, min) * once.steps, isSure: min === 0 };
    if (rest.stepsPerCharacter > 0) return UNSAFE;
    return { ...rest, stepsPerCharacter: rest.steps + once.steps };
  };
}

/** Every repetition multiplies the ways to begin the next one, and the rest is tried after each that may be the last. */
function repeatUpTo(once: Tries, min: number, max: number): Part {
  let begins = 0;
  let ends = 0;
  for (let number = 0, ways = 1; number <= max; number++, ways *= once.ways) {
    if (begins > MAX_STEPS) return () => UNSAFE;
    if (number < max) begins += ways;
    if (number >= min) ends += ways;
  }
  return (rest) => {
    const numTries = rest.isSure ? 1 : ends;
    return {
      ways: rest.ways * ends,
      steps: rest.steps * numTries + once.steps * begins,
      stepsPerCharacter: rest.stepsPerCharacter * numTries,
      isSure: rest.isSure && min === 0,
    };
  };
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
