/** URL of a worker built by vite; `confined-worker.ts` starts it. */
declare module '*?worker&url' {
  const url: string;
  export default url;
}

/** What vite substitutes for `import.meta.env`. */
interface ImportMeta {
  readonly env: { readonly DEV: boolean };
}

/** URL of a file that the build copies unchanged. */
declare module '*?url' {
  const url: string;
  export default url;
}
