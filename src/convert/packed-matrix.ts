/** A matrix whose file already holds 4-bit codes: value = scale * (code - zero point), in groups along the inputs. */
export interface PackedMatrix {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  /** inputs that share a scale and a zero point */
  readonly groupSize: number;
  readonly sourceBytes: number;
  readPacked(): Promise<PackedWeights>;
}

export interface PackedWeights {
  /** [rows, cols / 2]: code of even input in the low nibble */
  readonly codes: Uint8Array<ArrayBuffer>;
  /** [rows, cols / groupSize] */
  readonly scales: Float32Array<ArrayBuffer>;
  /** [rows, cols / groupSize], one a byte, 0 to 15 */
  readonly zeroPoints: Uint8Array<ArrayBuffer>;
}
