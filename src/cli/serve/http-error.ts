/** A request that is answered with a status of its own and a sentence for whoever sent it. */
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
