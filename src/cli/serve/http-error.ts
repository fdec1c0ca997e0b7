import { errorMessage, isRank1Error, type Rank1ErrorCode } from '../../base/errors.ts';

/** An error answered with its own status and a message for the caller. */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

const SOON = { 'retry-after': '5' };
/** Statuses by what failed: the request, the engine, or the server behind it. Any other code is a 500. */
const STATUSES: Readonly<
  Partial<Record<Rank1ErrorCode, readonly [status: number, headers?: Readonly<Record<string, string>>]>>
> = {
  'option-unsupported': [400],
  'worker-failed': [503, SOON],
  'device-lost': [503, SOON],
  'out-of-memory': [503, SOON],
  network: [502, SOON],
  'access-denied': [502],
  'model-not-found': [502],
};

export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const message = errorMessage(error);
  if (!isRank1Error(error)) return new HttpError(500, message);
  const [status, headers] = STATUSES[error.code] ?? [500];
  return new HttpError(status, message, headers);
}
