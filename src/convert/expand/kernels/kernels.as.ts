/**
 * Weights as they are computed with, from 4- and 8-bit blocks, in AssemblyScript: 128-bit vectors take a quarter of
 * JavaScript's time. `npm run build:kernels` compiles it. All pointers are aligned to 16 bytes; `cols` and `blockSize` are
 * multiples of 16.
 */

/** Rows of a rotation. */
const ROTATED = 16;
/** Rows transposed together: what they write is one cache line of each output row. */
const TILE_ROWS = 64;
/** Bytes that `transpose` works in. */
const SQUARES = 2 * 256;

/** Bytes of `work` that `expandToInt8` needs. */
export function workBytes(cols: i32): i32 {
  return SQUARES + cols * (4 + 8 * ROTATED + TILE_ROWS);
}

/**
 * scale * (code - zero point), in fp32, as the runtime's own product has it.
 * @param codes 8 or 4 bits each, the even one in the low half of a byte
 * @param scales fp32, of each block; @param zeros a byte of each block
 * @param to fp32, as many as codes
 */
export function dequantize(
  codes: usize,
  scales: usize,
  zeros: usize,
  numBlocks: i32,
  blockSize: i32,
  bits: i32,
  to: usize,
): void {
  const nibble = i8x16.splat(15);
  for (let block = 0; block < numBlocks; block++) {
    const scale = f32x4.splat(load<f32>(scales + 4 * block));
    const zero = i16x8.splat(load<u8>(zeros + block));
    for (let at = 0; at < blockSize; at += 16, to += 64) {
      let bytes: v128;
      if (bits === 4) {
        const pairs = v128.load64_zero(codes);
        const even = v128.and(pairs, nibble);
        const odd = i8x16.shr_u(pairs, 4);
        bytes = v128.shuffle<u8>(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        codes += 8;
      } else {
        bytes = v128.load(codes);
        codes += 16;
      }
      const low = i16x8.sub(i16x8.extend_low_i8x16_u(bytes), zero);
      const high = i16x8.sub(i16x8.extend_high_i8x16_u(bytes), zero);
      v128.store(to, f32x4.mul(scale, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(low))));
      v128.store(to, f32x4.mul(scale, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(low))), 16);
      v128.store(to, f32x4.mul(scale, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(high))), 32);
      v128.store(to, f32x4.mul(scale, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(high))), 48);
    }
  }
}

/**
 * Each weight, turned, times the inverse of its row's scale, nearest integer, ties to even.
 * @param gain fp32 [cols], times each row before it is turned
 * @param work see `workBytes`
 * @param rowScales fp32 [rows], written: a row's largest magnitude, divided by 127; 1 for a row of zeros
 * @param to int8 [cols, rows], written
 */
export function expandToInt8(
  codes: usize,
  scales: usize,
  zeros: usize,
  gain: usize,
  rows: i32,
  cols: i32,
  blockSize: i32,
  bits: i32,
  turnsInputs: bool,
  turnsOutputs: bool,
  work: usize,
  rowScales: usize,
  to: usize,
): void {
  const stored = work + SQUARES;
  const values = stored + 4 * cols;
  const rounded = values + 8 * ROTATED * cols;
  const rowBlocks = cols / blockSize;
  const rowBytes = (cols >> 3) * bits;
  for (let start = 0; start < rows; start += TILE_ROWS) {
    const end = min(rows, start + TILE_ROWS);
    for (let first = start; first < end; first += ROTATED) {
      const last = min(end, first + ROTATED);
      for (let row = first; row < last; row++) {
        const block = row * rowBlocks;
        dequantize(
          codes + row * rowBytes,
          scales + 4 * block,
          zeros + block,
          rowBlocks,
          blockSize,
          bits,
          stored,
        );
        const ofRow = values + 8 * (row - first) * cols;
        if (turnsInputs) turnRow(stored, gain, cols, ofRow);
        else widen(stored, cols, ofRow);
      }
      if (turnsOutputs) turnColumns(values, cols);
      for (let row = first; row < last; row++) {
        const ofRow = values + 8 * (row - first) * cols;
        const scale = scaleOf(ofRow, cols);
        store<f32>(rowScales + 4 * row, scale);
        round(ofRow, cols, 1.0 / (scale as f64), rounded + (row - start) * cols);
      }
    }
    transpose(rounded, end - start, cols, work, to + start, rows);
  }
}

function widen(values: usize, count: i32, to: usize): void {
  for (let at = 0; at < count; at += 2) v128.store(to + 8 * at, pairAt(values + 4 * at));
}

/** Two fp32 numbers as fp64. */
function pairAt(values: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(values));
}

/** Each 16 of a row, times their gains, times the matrix of hadamard.ts: by 4 neighbours, then by 4 fours. */
function turnRow(values: usize, gain: usize, cols: i32, to: usize): void {
  const quarter = f64x2.splat(0.25);
  for (let col = 0; col < cols; col += 16, values += 64, gain += 64, to += 128) {
    for (let at = 0; at < 16; at += 4) {
      const value = values + 4 * at;
      const factor = gain + 4 * at;
      const ab = f64x2.mul(pairAt(value), pairAt(factor));
      const cd = f64x2.mul(pairAt(value + 8), pairAt(factor + 8));
      const ac = v128.shuffle<u64>(ab, cd, 0, 2);
      const bd = v128.shuffle<u64>(ab, cd, 1, 3);
      const sums = f64x2.add(ac, bd);
      const differences = f64x2.sub(ac, bd);
      const left = v128.shuffle<u64>(sums, differences, 0, 2);
      const right = v128.shuffle<u64>(sums, differences, 1, 3);
      v128.store(to + 8 * at, f64x2.add(left, right));
      v128.store(to + 8 * at, f64x2.sub(left, right), 16);
    }
    turnFour(to, 32, quarter);
    turnFour(to + 16, 32, quarter);
  }
}

/** Two columns of four rows that are `step` bytes apart. */
function turnFour(at: usize, step: usize, factor: v128): void {
  const a = v128.load(at);
  const b = v128.load(at + step);
  const c = v128.load(at + 2 * step);
  const d = v128.load(at + 3 * step);
  const ab = f64x2.add(a, b);
  const cd = f64x2.add(c, d);
  const aLessB = f64x2.sub(a, b);
  const cLessD = f64x2.sub(c, d);
  v128.store(at, f64x2.mul(f64x2.add(ab, cd), factor));
  v128.store(at + step, f64x2.mul(f64x2.add(aLessB, cLessD), factor));
  v128.store(at + 2 * step, f64x2.mul(f64x2.sub(ab, cd), factor));
  v128.store(at + 3 * step, f64x2.mul(f64x2.sub(aLessB, cLessD), factor));
}

/** The 16 values of each column. */
function turnColumns(values: usize, cols: i32): void {
  const half = f64x2.splat(0.5);
  const rowBytes = 8 * cols;
  for (let four = 0; four < 4; four++) {
    for (let at = 0; at < rowBytes; at += 16) turnFour(values + 4 * four * rowBytes + at, rowBytes, half);
  }
  for (let four = 0; four < 4; four++) {
    for (let at = 0; at < rowBytes; at += 16) turnFour(values + four * rowBytes + at, 4 * rowBytes, half);
  }
}

/** Numbers that are not one are passed over. Four maxima at once, as each waits for the one before. */
function scaleOf(values: usize, count: i32): f32 {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let at = 0; at < count; at += 8, values += 64) {
    a = f64x2.pmax(a, f64x2.abs(v128.load(values)));
    b = f64x2.pmax(b, f64x2.abs(v128.load(values, 16)));
    c = f64x2.pmax(c, f64x2.abs(v128.load(values, 32)));
    d = f64x2.pmax(d, f64x2.abs(v128.load(values, 48)));
  }
  const all = f64x2.pmax(f64x2.pmax(a, b), f64x2.pmax(c, d));
  const largest = max(f64x2.extract_lane(all, 0), f64x2.extract_lane(all, 1));
  return largest === 0 ? 1 : f32(largest / 127);
}

/** 1.5 * 2^52: a small number added to it is rounded to an integer, ties to even, and that is the sum's low half. */
const ROUND: f64 = 6755399441055744;

/** Into int8; 0 for what is not a number. */
function round(values: usize, count: i32, perStep: f64, to: usize): void {
  const factor = f64x2.splat(perStep);
  for (let at = 0; at < count; at += 16, values += 128) {
    const first = i16x8.narrow_i32x4_s(roundFour(values, factor), roundFour(values + 32, factor));
    const second = i16x8.narrow_i32x4_s(roundFour(values + 64, factor), roundFour(values + 96, factor));
    v128.store(to + at, i8x16.narrow_i16x8_s(first, second));
  }
}

function roundFour(values: usize, factor: v128): v128 {
  const magic = f64x2.splat(ROUND);
  const a = f64x2.add(f64x2.mul(v128.load(values), factor), magic);
  const b = f64x2.add(f64x2.mul(v128.load(values, 16), factor), magic);
  return v128.shuffle<u32>(a, b, 0, 2, 4, 6);
}

/** 16 by 16: four times, what is eight rows apart is interleaved. @param square twice 256 bytes to work in */
function transpose(from: usize, numRows: i32, cols: i32, square: usize, to: usize, toCols: i32): void {
  const other = square + 256;
  for (let col = 0; col < cols; col += 16) {
    for (let row = 0; row < numRows; row += 16) {
      interleave(from + row * cols + col, cols, square);
      interleave(square, 16, other);
      interleave(other, 16, square);
      interleave(square, 16, other);
      const count = min(16, numRows - row);
      for (let at = 0; at < 16; at++) {
        const output = to + (col + at) * toCols + row;
        if (count === 16) v128.store(output, v128.load(other + 16 * at));
        else memory.copy(output, other + 16 * at, count);
      }
    }
  }
}

/** @param step bytes from row to row */
function interleave(rows: usize, step: usize, to: usize): void {
  for (let row = 0; row < 8; row++, rows += step, to += 32) {
    const a = v128.load(rows);
    const b = v128.load(rows + 8 * step);
    v128.store(to, v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(to, v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
  }
}
