import type { LoadOptions } from './rerank-api.ts';

/** Whether two loads ask for the same model on the same device; picked files are compared by object identity. */
export function isSameLoad(a: LoadOptions, b: LoadOptions): boolean {
  const { modelFiles: filesOfA = {}, ...restOfA } = a;
  const { modelFiles: filesOfB = {}, ...restOfB } = b;
  const paths = Object.keys({ ...filesOfA, ...filesOfB });
  return (
    JSON.stringify(restOfA) === JSON.stringify(restOfB) &&
    paths.every((path) => filesOfA[path] === filesOfB[path])
  );
}
