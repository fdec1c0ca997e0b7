/** The address of a worker that vite builds; starting it is left to `confined-worker.ts`. */
declare module '*?worker&url' {
  const url: string;
  export default url;
}

/** What vite puts in the place of `import.meta.env`. */
interface ImportMeta {
  readonly env: { readonly DEV: boolean };
}

/** Address of a file that the build copies as it is. */
declare module '*?url' {
  const url: string;
  export default url;
}
