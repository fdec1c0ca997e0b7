/**
 * The chat template of a checkpoint. It is untrusted, and rendering blocks the thread, so its work is counted: a template
 * that would run for long, or fill the memory, ends in an error.
 */
import { Environment, Interpreter, Template } from '@huggingface/jinja';

/** In values; a template for a query and a document takes some hundreds. */
const MAX_WORK = 100_000;
/** That count as one value. */
const NUM_CHARACTERS = 100;

type Value = ReturnType<Interpreter['evaluate']>;

/** Without `strftime_now`: a prompt of another day would be another prompt. */
const GLOBALS = {
  ...{ true: true, True: true, false: false, False: false, none: null, None: null },
  raise_exception: (message: string) => {
    throw new TypeError(message);
  },
  range: (...numbers: readonly number[]): number[] => {
    const [start = 0, end = 0, step = 1] = numbers.length === 1 ? [0, ...numbers] : numbers;
    const length = Math.ceil((end - start) / step);
    if (!(length <= MAX_WORK)) throw tooMuch();
    return Array.from({ length }, (_, i) => start + i * step);
  },
};

export class ChatTemplate {
  readonly #program: Template['parsed'];

  /** @throws if it is no template */
  constructor(source: string) {
    this.#program = new Template(source).parsed;
  }

  /** @throws TypeError if it takes too much work; whatever the template raises */
  render(variables: Readonly<Record<string, unknown>>): string {
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...GLOBALS, ...variables })) environment.set(name, value);
    return String(new CountingInterpreter(environment).run(this.#program).value);
  }
}

class CountingInterpreter extends Interpreter {
  #work = 0;

  override evaluate(...node: Parameters<Interpreter['evaluate']>): Value {
    const value = super.evaluate(...node);
    this.#count(value);
    return value;
  }

  /** A value that is in a list twice counts twice, as it is printed twice. Jinja gives `undefined` for the first of no values. */
  #count(value: Value | undefined): void {
    const content = value?.value;
    this.#work += typeof content === 'string' ? 1 + content.length / NUM_CHARACTERS : 1;
    if (this.#work > MAX_WORK) throw tooMuch();
    if (Array.isArray(content) || content instanceof Map)
      for (const part of content.values()) this.#count(part);
  }
}

const tooMuch = (): TypeError => new TypeError('its chat template takes too much work');
