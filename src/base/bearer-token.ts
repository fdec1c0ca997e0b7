/** @throws TypeError with `name`, and without the token, for one that no client can send in a header */
export function checkBearerToken(name: string, token: unknown): void {
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))
    throw new TypeError(`${name} must be a string of visible ASCII characters without spaces, and not empty`);
}
