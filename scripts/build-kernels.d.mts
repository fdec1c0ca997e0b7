/** Absolute path of the module that the kernels are compiled into. */
export const KERNELS_MODULE: string;
export function compileKernels(): Promise<string>;
