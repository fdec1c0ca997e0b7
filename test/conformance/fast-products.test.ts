/**
 * Every product of `fast` arithmetic on the activations that torch has there, so that no difference comes from elsewhere: weights
 * and activations are the same integers, and the score is the same (test/oracle/arithmetic/make_fixtures.py).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-web/wasm';
import { beforeAll, expect, test } from 'vitest';
import { expandGraph, type ExpandedGraph } from '../../src/convert/expand/expand-graph.ts';
import { decodeOnnxModel } from '../../src/convert/expand/read-onnx.ts';
import { dataFiles, findProducts, type StoredProduct } from '../../src/convert/expand/stored-products.ts';
import { findTurns, type Turns } from '../../src/convert/expand/turns.ts';
import type { OnnxModel, OnnxValue } from '../../src/convert/onnx-proto.ts';
import { expectDemoWeights } from './expect-oracle.ts';

interface TorchProduct {
  readonly name: string;
  /** base64 of fp32 [rows, K] */
  readonly x: string;
  /** base64 of int8 [rows, K] */
  readonly codes: string;
  /** base64 of fp32 [rows, N] */
  readonly y?: string;
  readonly weightCodesSha256: string;
}

const oracle = JSON.parse(
  readFileSync(new URL('../fixtures/arithmetic/demo-fast-products.json', import.meta.url), 'utf8'),
) as {
  readonly weightsSha256: string;
  readonly numRows: number;
  readonly answerTokenIds: readonly [number, number];
  readonly score: number;
  readonly products: readonly TorchProduct[];
};
const MODEL = new URL('../fixtures/demo-model/onnx/', import.meta.url);
const ZERO_POINT = 128;

let products: readonly StoredProduct[];
let turns: Turns;
let expanded: ExpandedGraph;
let outputs: ort.InferenceSession.OnnxValueMapType;

beforeAll(async () => {
  const read = (file: string) => new Uint8Array(readFileSync(new URL(file, MODEL)));
  const model = decodeOnnxModel(read('model_q4.onnx'));
  const file = { path: 'model_q4.onnx_data', data: read('model_q4.onnx_data') };
  const data = dataFiles([file]);
  products = findProducts(model, data);
  turns = findTurns(model, products, data);
  expanded = expandGraph(productsAlone(model), products, { form: 'int8', explicitAttention: false, turns });
  const made = expanded.tensors.map((tensor) => ({ path: tensor.name, data: tensor.make().slice() }));
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(expanded.onnx, { externalData: [file, ...made] });
  const feeds = products.map((product): [string, ort.Tensor] => {
    const x = new Float32Array(bytesOf(torchProduct(nameOf(product)).x).buffer);
    return [product.node.inputs[0]!, new ort.Tensor('float32', x, [1, oracle.numRows, product.weight.cols])];
  });
  outputs = await session.run(Object.fromEntries(feeds));
  await session.release();
});

/** The products and nothing else: what they read is fed, what they compute is fetched, with the integers on the way. */
function productsAlone(model: OnnxModel): OnnxModel {
  const read = [...new Set(products.map(({ node }) => node.inputs[0]!))];
  const value = (name: string, type: OnnxValue['type']): OnnxValue => ({
    name,
    type,
    dims: [1, 'rows', `values of ${name}`],
  });
  return {
    ...model,
    nodes: products.map(({ node }) => node),
    inputs: read.map((name) => value(name, 'float32')),
    outputs: [
      ...products.map(({ node }) => value(node.outputs[0]!, 'float32')),
      ...read.map((name) => value(codesName(name), 'uint8')),
    ],
  };
}

/** The integers of an activation. */
function codesName(x: string): string {
  return turns.gated.has(x) ? `${x}.turned.codes` : `${x}.codes`;
}

function nameOf({ node }: StoredProduct): string {
  return node.outputs[0]!.replace(/\.output$/, '');
}

function torchProduct(name: string): TorchProduct {
  const product = oracle.products.find((one) => one.name === name);
  if (!product) throw new Error(`torch has no product ${name}`);
  return product;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}

/** [inputs, outputs]; wide ones are there in parts. */
function codesOf({ codesName, weight: { rows, cols } }: StoredProduct): Uint8Array {
  const parts = expanded.tensors.filter(
    ({ name, type }) => type === 'int8' && name.replace(/(\.\d+)?\.int8$/, '') === codesName,
  );
  const codes = new Uint8Array(cols * rows);
  let start = 0;
  for (const part of parts) {
    const [, width] = part.dims as [number, number];
    const ofPart = part.make();
    for (let col = 0; col < cols; col++)
      codes.set(ofPart.subarray(col * width, (col + 1) * width), col * rows + start);
    start += width;
  }
  return codes;
}

test('the fixture is of these weights, and has every product', () => {
  expectDemoWeights(oracle.weightsSha256);
  expect(oracle.products.map(({ name }) => name).sort()).toEqual(products.map(nameOf).sort());
});

test('every weight is the same integer', () => {
  for (const product of products) {
    const codes = codesOf(product);
    const name = nameOf(product);
    expect([name, createHash('sha256').update(codes).digest('hex')]).toEqual([
      name,
      torchProduct(name).weightCodesSha256,
    ]);
  }
});

test('every activation is the same integer', () => {
  for (const product of products) {
    const name = nameOf(product);
    const codes = outputs[codesName(product.node.inputs[0]!)]!.data as Uint8Array;
    const expected = new Int8Array(bytesOf(torchProduct(name).codes).buffer);
    expect(codes.length).toBe(expected.length);
    expect(
      codes.findIndex((code, at) => code - ZERO_POINT !== expected[at]),
      name,
    ).toBe(-1);
  }
});

test('every product is the same but for the last bits, and the score within 1e-4', () => {
  for (const product of products) {
    const name = nameOf(product);
    const { y } = torchProduct(name);
    if (y === undefined) continue;
    const expected = new Float32Array(bytesOf(y).buffer);
    const computed = outputs[product.node.outputs[0]!]!.data as Float32Array;
    const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const errors = computed.map((value, at) => Math.abs(value - expected[at]!) / largest);
    expect(Math.max(...errors), name).toBeLessThan(1e-6);
  }
  const head = products.find((product) => nameOf(product) === 'lm_head')!;
  const logits = outputs[head.node.outputs[0]!]!.data as Float32Array;
  const vocabSize = logits.length / oracle.numRows;
  const [yes, no] = oracle.answerTokenIds.map((id) => logits[(oracle.numRows - 1) * vocabSize + id]!);
  expect(Math.abs(1 / (1 + Math.exp(no! - yes!)) - oracle.score)).toBeLessThan(1e-4);
});
