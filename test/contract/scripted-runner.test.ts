import { SCRIPTED_VOCAB_SIZE, ScriptedRunner } from '../fakes/scripted-runner.ts';
import { describeModelRunner } from './describe-model-runner.ts';

describeModelRunner('the scripted runner', () => ({
  vocabSize: SCRIPTED_VOCAB_SIZE,
  logitTolerance: 0,
  create: (options) => {
    const runner = new ScriptedRunner(options);
    return Promise.resolve({ runner, numBytes: () => runner.numBytes });
  },
}));
