/** `rank1-rerank serve`: loads the model, serves until interrupted, then finishes the requests in flight. */
import type { LoadedModel } from '../../protocol/rerank-api.ts';
import { checkChainOptions } from '../../protocol/run-options.ts';
import type { Command, CommandContext } from '../command.ts';
import { asLoaded, fingerprintOf, loadJudgingModel } from '../engine/judging-model.ts';
import { openEngine } from '../engine/open-engine.ts';
import { deviceNote } from '../engine/rerank-engine.ts';
import { untilInterrupted } from '../until-interrupted.ts';
import { checkPort } from './free-port.ts';
import type { ServedModel } from './descriptions.ts';
import { RerankServer } from './rerank-server.ts';
import { parseServeArguments, SERVE_USAGE, type ServeArguments } from './serve-arguments.ts';

export const serveCommand: Command = {
  summary: 'answer rerank requests over HTTP',
  usage: SERVE_USAGE,
  prepare: (args) => {
    const parsed = parseServeArguments(args, process.env);
    return (context) => runServe(parsed, context);
  },
};

async function runServe(args: ServeArguments, context: CommandContext): Promise<void> {
  const { host, port, access, limits, defaults, drainTimeoutMs } = args;
  await untilInterrupted(async (signal) => {
    await checkPort(host, port);
    const engine = await openEngine(args.engine, context);
    try {
      const model = await engine.load({ signal });
      // Else every request would be refused for what its caller never asked for.
      if (args.engine.explainer === undefined) checkChainOptions(model, defaults);
      const { device, dtype } = model;
      const judging = await loadJudgingModel(engine, args.engine, context.defaultModel, signal);
      const place = args.engine.remote ? args.engine.remote.endpoint : `${dtype}, on ${device}`;
      console.error([`${engine.modelName}, ${place}.`, deviceNote(model)].filter(Boolean).join(' '));
      const describe = (loaded: LoadedModel): ServedModel => ({
        version: context.version,
        dtype: loaded.dtype,
        maxInputTokens: loaded.maxPositions,
        fingerprint: fingerprintOf(asLoaded(judging, loaded), defaults),
      });
      const server = new RerankServer({
        engine,
        model: describe(model),
        describe,
        limits,
        access,
        defaults,
      });
      const address = await server.listen(host, port);
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      console.error(
        `listening on http://${name}:${address.port}${access.token === null ? '' : ', token needed'}`,
      );
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      console.error('stopping: finishing the requests in flight');
      await server.drain(drainTimeoutMs);
    } finally {
      await engine.close();
    }
  });
}
