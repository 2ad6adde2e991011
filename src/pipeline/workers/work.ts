import { resolve } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';
import { concurrentTransform } from '../../core/concurrent-transform.ts';
import { ConfigError } from '../../core/errors.ts';
import type { Departures } from '../../core/outcome.ts';
import type { AnyRecord, Kind } from '../../core/record.ts';
import { sinkWritable } from '../../core/stage/sink-writable.ts';
import { sumOfFigures } from '../../core/stage/step-figures.ts';
import type { StageContext, StageDefinition, Step, StepDefinition } from '../../core/stage.ts';
import { joinStages } from '../run/join-stages.ts';
import type { FromWorker, PortableStep, ToWorker, WorkerFigures, WorkerStart } from './messages.ts';
import { Outbox } from './outbox.ts';
import { portableError, portableFailure } from './portable/portable-error.ts';
import { portableRecord, urlFrom } from './portable/portable-record.ts';
import { scopeFrom } from './portable/portable-scope.ts';
import { kindBefore } from './segment.ts';

/**
 * Does a worker thread's part of a run: its steps on the lines that come by the port, until there are no more.
 *
 * Never rejects: what fails is told by the port. The run ends the thread.
 */
export async function work(port: MessagePort, start: WorkerStart, registry: readonly StageDefinition[]): Promise<void> {
  const controller = new AbortController();
  const stop = new AbortController();
  const intake = new Readable({ objectMode: true, read: () => {} });
  const post = (message: FromWorker) => port.postMessage(message);
  try {
    const steps = makeSteps(start, registry, { signal: controller.signal, stopSignal: stop.signal });
    const figures = () => figuresOf(steps);
    const outbox = new Outbox(port, figures);
    port.on('message', (message: ToWorker) => {
      switch (message.kind) {
        case 'lines':
          for (const line of message.lines) intake.push(urlFrom(line));
          break;
        case 'handed-on':
          outbox.handedOn(message.count);
          break;
        case 'stop':
          stop.abort();
          break;
        case 'end':
          intake.push(null);
      }
    });
    for (const step of steps) await step.open?.();
    post({ kind: 'ready', figures: figures() });
    const departures = departuresTo(outbox);
    const streams = {
      source: intake,
      steps: steps.map((step) => concurrentTransform(step, departures)),
      sink: sinkWritable((record) =>
        outbox.give({ sequence: record.origin.sequence, fate: 'done', record: portableRecord(record) }),
      ),
    };
    await joinStages(streams, controller);
    outbox.close();
    post({ kind: 'done' });
  } catch (error) {
    post({ kind: 'failed', error: portableError(error) });
  }
}

function makeSteps(
  { steps, index, count, channels, baseDirectory, env, linkColumns }: WorkerStart,
  registry: readonly StageDefinition[],
  signals: Pick<StageContext, 'signal' | 'stopSignal'>,
): readonly Step<Kind, Kind>[] {
  const definitions = steps.map((step) => definitionOf(step, registry));
  const context = {
    ...signals,
    resolvePath: (path: string) => resolve(baseDirectory, path),
    // The standard streams are the run's.
    stdin: Readable.from([]),
    stdout: new PassThrough(),
    env,
    share: { index, count, channels },
    linkColumns,
  };
  return definitions.map((definition, at) => {
    const { given, columns } = steps[at] as PortableStep;
    const options = definition.options.parse(given);
    return definition.create(options, { ...context, columns: scopeFrom(columns, kindBefore(definitions, at)) });
  });
}

function definitionOf({ name }: PortableStep, registry: readonly StageDefinition[]): StepDefinition {
  const isNamed = (candidate: StageDefinition): candidate is StepDefinition =>
    candidate.type === 'step' && candidate.name === name;
  const definition = registry.find(isNamed);
  if (definition !== undefined) return definition;
  throw new ConfigError(
    `workers: the step ${name} is not one of sluice's own, which worker threads know: leave workers out.`,
  );
}

function departuresTo(outbox: Outbox): Departures {
  return {
    failed: (record, error) =>
      outbox.give({
        sequence: record.origin.sequence,
        fate: 'failed',
        // Lines that never become a record stay with the run's source.
        record: portableRecord(record as AnyRecord),
        failure: portableFailure(error),
      }),
    skipped: (record, { reason, page }) =>
      outbox.give({
        sequence: record.origin.sequence,
        fate: 'skipped',
        record: portableRecord(record),
        reason,
        page,
      }),
    abandoned: ({ origin }) => {
      outbox.give({ sequence: origin.sequence, fate: 'abandoned' });
    },
  };
}

function figuresOf(steps: readonly Step<Kind, Kind>[]): WorkerFigures {
  const figures = steps.flatMap((step) => step.progress?.() ?? []);
  return { ...sumOfFigures(figures), room: steps[0]?.concurrency ?? 0 };
}
