/** What transformers.js needs to find a model's files: their names and the number of weight files. */
import type { ConvertDtype } from './convert-options.ts';

/** The names under which transformers.js looks for its dtypes. */
const FILE_NAMES: Readonly<Record<ConvertDtype, string>> = {
  fp32: 'model.onnx',
  fp16: 'model_fp16.onnx',
  q8: 'model_quantized.onnx',
  q4: 'model_q4.onnx',
  q4f16: 'model_q4f16.onnx',
};

export const transformersJsFileName = (dtype: ConvertDtype): string => FILE_NAMES[dtype];

/** The checkpoint's config.json plus the settings that transformers.js reads. */
export function withTransformersJsConfig(
  config: Readonly<Record<string, unknown>>,
  dtype: ConvertDtype,
  numDataFiles: number,
): Record<string, unknown> {
  const fileName = transformersJsFileName(dtype);
  return {
    ...config,
    'transformers.js_config': {
      use_external_data_format: { [fileName]: numDataFiles },
      kv_cache_dtype: { q4f16: 'float16', fp16: 'float16' },
    },
  };
}
