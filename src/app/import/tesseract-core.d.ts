/** Emscripten build of Tesseract for WebAssembly; the package has no types. */
declare module 'tesseract.js-core/tesseract-core-simd-lstm.js' {
  const createTesseract: (options: {
    readonly wasmBinary: Uint8Array;
    readonly print: (line: string) => void;
    readonly printErr: (line: string) => void;
  }) => Promise<unknown>;
  export default createTesseract;
}
