import type { Duplex } from 'node:stream';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { ColumnScope } from '../../core/columns/columns.ts';
import type { Departures } from '../../core/outcome.ts';
import { type StepFigures, sumOfFigures } from '../../core/stage/step-figures.ts';
import type { StageContext, StepDefinition } from '../../core/stage.ts';
import type { Part } from '../run/part.ts';
import type { StageChoice } from '../stage-choice.ts';
import type { PortableStep } from './messages.ts';
import { portableScope } from './portable/portable-scope.ts';
import { workerStream } from './worker-stream.ts';
import { WorkerThread } from './worker-thread.ts';

/** What worker threads are to do. */
export interface CrewWork {
  /** The module that each of them runs. */
  readonly entry: URL;
  readonly count: number;
  readonly steps: readonly StageChoice<StepDefinition>[];
  /** The columns that each of the steps takes. */
  readonly scopes: readonly ColumnScope[];
}

/** The worker threads of a run: the part of it that is done by steps in each of them, on hosts of its own. */
export class Crew implements Part {
  readonly #work: CrewWork;
  readonly #context: StageContext;
  #threads: readonly WorkerThread[] = [];

  constructor(work: CrewWork, context: StageContext) {
    this.#work = work;
    this.#context = context;
  }

  async open(): Promise<void> {
    const { signal, stopSignal } = this.#context;
    signal.throwIfAborted();
    this.#threads = this.#start();
    const stop = () => {
      for (const thread of this.#threads) thread.stop();
    };
    if (stopSignal.aborted) stop();
    else stopSignal.addEventListener('abort', stop, { once: true });
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    await Promise.race([Promise.all(this.#threads.map(({ ready }) => ready)), aborted]);
  }

  stream(departures: Departures): Duplex {
    return workerStream(this.#threads, departures, () => this.close());
  }

  progress(): StepFigures {
    return sumOfFigures(this.#threads.map(({ figures }) => figures));
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  #start(): readonly WorkerThread[] {
    const { entry, count, steps, scopes } = this.#work;
    const { resolvePath, env, linkColumns = [] } = this.#context;
    const portable = steps.map(({ definition, given }, index): PortableStep => {
      const columns = portableScope(scopes[index] as ColumnScope);
      return { name: definition.name, given, columns };
    });
    return channelsBetween(count).map((channels, index) => {
      const place = { baseDirectory: resolvePath('.'), env: { ...env }, linkColumns };
      return new WorkerThread(entry, { index, count, channels, steps: portable, ...place });
    });
  }
}

/** A channel between any two threads: for each thread, its ends by the index of the other. */
function channelsBetween(count: number): readonly (readonly (MessagePort | undefined)[])[] {
  const ends = Array.from({ length: count }, () => new Array<MessagePort | undefined>(count).fill(undefined));
  for (let one = 0; one < count; one += 1) {
    for (let other = one + 1; other < count; other += 1) {
      const { port1, port2 } = new MessageChannel();
      (ends[one] as MessagePort[])[other] = port1;
      (ends[other] as MessagePort[])[one] = port2;
    }
  }
  return ends;
}
