/**
 * The same model with the activation of each layer's gate as one more output of the graph. Nobody fetches it, but ONNX Runtime
 * fuses the products of gate and up only where nothing between them is visible, to measure what that gains.
 */
import { WireType } from '@bufbuild/protobuf/wire';
import { encode, fieldsOf, messageField, stringField, text, type ChangePart } from './rewrite-graph.ts';

const ACTIVATION = /^layers\.\d+\.act$/;
const FLOAT32 = 1;

/** For `rewriteGraph`; of fp32 graphs. */
export const unfuseGate: ChangePart = (field, bytes) => {
  const part = messageField(field, bytes);
  const name = field === 1 ? text(fieldsOf(bytes), 2)[0] : undefined;
  if (name === undefined || !ACTIVATION.test(name)) return [part];
  const tensorType = encode([{ field: 1, wireType: WireType.Varint, value: FLOAT32 }]);
  const type = encode([messageField(1, tensorType)]);
  return [part, messageField(12, encode([stringField(1, name), messageField(2, type)]))];
};
