/** A tokenizer of another model gives ids that this model has no row for; the kernels would not notice. */
import { expect, it } from 'vitest';
import { RerankService } from '../../../src/service/rerank/rerank-service.ts';
import { ScriptedRuntime } from '../../fakes/scripted-runtime.ts';

it('a model whose vocabulary ends before an answer is refused at load, and let go', async () => {
  const runtime = new ScriptedRuntime();
  const spec = { ...runtime.spec, vocabSize: 'true'.codePointAt(0)! };
  const disposals = runtime.numDisposed;
  const service = new RerankService(() =>
    Promise.resolve({
      ...runtime,
      spec,
      device: 'wasm',
      deviceReason: '',
      deviceCause: { code: 'asked' },
      dtype: 'q4',
      tokenizer: runtime.tokenizer,
      profile: runtime.profile,
      defaultMaxNewTokens: undefined,
      createRunner: (options) => runtime.createRunner(options),
      dispose: () => runtime.dispose(),
    }),
  );
  await expect(service.load({ model: 'memory:/', device: 'wasm' }, () => undefined)).rejects.toMatchObject({
    code: 'model-corrupt',
    message: expect.stringContaining('tokenizer.json'),
  });
  expect(runtime.numDisposed).toBe(disposals + 1);
});
