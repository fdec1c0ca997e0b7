/**
 * comlink rebuilds a thrown error from its message, name and stack only. This keeps the `code` of a Rank1Error too,
 * so that `isRank1Error(error, code)` reads the same on both sides of the worker boundary. The receiving side needs
 * nothing: comlink assigns whatever properties arrive.
 */
import { transferHandlers, type TransferHandler } from 'comlink';
import { isRank1Error } from '../base/errors.ts';

interface Thrown {
  readonly value: unknown;
}

type SerializedThrow =
  | { isError: true; value: { message: string; name: string; stack?: string; code?: string } }
  | { isError: false; value: unknown };

class ThrowHandlerWithCode implements TransferHandler<Thrown, SerializedThrow> {
  readonly #original: TransferHandler<Thrown, SerializedThrow>;

  constructor(original: TransferHandler<Thrown, SerializedThrow>) {
    this.#original = original;
  }

  canHandle(value: unknown): value is Thrown {
    return this.#original.canHandle(value);
  }

  serialize(thrown: Thrown): [SerializedThrow, Transferable[]] {
    const [serialized, transferables] = this.#original.serialize(thrown);
    if (serialized.isError && isRank1Error(thrown.value)) serialized.value.code = thrown.value.code;
    return [serialized, transferables];
  }

  deserialize(serialized: SerializedThrow): Thrown {
    return this.#original.deserialize(serialized);
  }
}

/** Call once in each realm, before `expose` or `wrap`; a second call changes nothing. */
export function installTransferHandlers(): void {
  const current = transferHandlers.get('throw') as TransferHandler<Thrown, SerializedThrow>;
  if (!(current instanceof ThrowHandlerWithCode)) {
    transferHandlers.set('throw', new ThrowHandlerWithCode(current) as TransferHandler<unknown, unknown>);
  }
}
