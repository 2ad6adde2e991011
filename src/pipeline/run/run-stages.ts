import type { Duplex } from 'node:stream';
import { pipeline as joinStreams } from 'node:stream/promises';
import { concurrentTransform } from '../../core/concurrent-transform.ts';
import { type Departures, skip } from '../../core/outcome.ts';
import type { Kind, LinksRecord, Origin } from '../../core/record.ts';
import { sinkWritable } from '../../core/sink-writable.ts';
import { sourceReadable } from '../../core/source-readable.ts';
import type { Source, SourceIdentity, StageContext, Step } from '../../core/stage.ts';
import type { Pipeline } from '../build.ts';
import type { CheckpointState } from '../checkpoint/checkpoint-state.ts';
import { checkLine, seesAllLines, shorterInput, sourceResume } from '../checkpoint/session.ts';
import { Ledger } from './ledger.ts';
import { OrderedRows } from './ordered-rows.ts';
import { Positions } from './positions.ts';
import type { RunEnvironment, RunProgress } from './run-environment.ts';
import { untilAborted } from './run-outputs.ts';
import { type Outputs, Settlement } from './settlement.ts';
import { type Shard, shardOf } from './shard.ts';

/** The stages of one run with its accounts: made, joined, run to their end. */
export class RunStages {
  readonly ledger: Ledger;
  readonly positions: Positions;
  readonly #pipeline: Pipeline;
  readonly #environment: RunEnvironment;
  readonly #state: CheckpointState | undefined;
  readonly #source: Source;
  readonly #steps: readonly Step<Kind, Kind>[];
  /** One more than the sequence of the last line that the source gave. */
  #linesSeen = 0;

  /** `state`: the checkpoint to go on from. Errors: ConfigError from a stage's `create`. */
  constructor(
    pipeline: Pipeline,
    context: StageContext,
    state: CheckpointState | undefined,
    environment: RunEnvironment,
  ) {
    this.#pipeline = pipeline;
    this.#environment = environment;
    this.#state = state;
    this.ledger = new Ledger(state?.totals);
    this.positions = new Positions(state?.positions);
    const { definition, options } = pipeline.source;
    this.#source = definition.create(options, context, state && sourceResume(state, pipeline));
    this.#steps = this.#makeSteps(context);
  }

  /** Makes sure that the input and what else the stages read is there, before any output is touched. Gives by what it is known again. Errors: StageError. */
  async open(): Promise<SourceIdentity> {
    await this.#source.open?.();
    for (const step of this.#steps) await step.open?.();
    return (await this.#source.identity?.()) ?? [];
  }

  /** Lets go of the stages of a run that does not begin. */
  async close(): Promise<void> {
    await Promise.all(this.#steps.map((step) => step.close?.()));
  }

  /** Runs. Resolves with true when the input was worked through, false when reading was stopped before. Errors: the first of any stage. */
  async run(outputs: Outputs, controller: AbortController): Promise<boolean> {
    const { signal } = controller;
    const settlement = new Settlement(outputs, this.ledger, this.positions, (report) =>
      this.#environment.observer.line(report),
    );
    const ordered =
      this.#pipeline.ordered === true ? new OrderedRows(this.positions, (page) => settlement.page(page)) : undefined;
    const departures = departuresOf(settlement, ordered, signal);
    let isExhausted = false;
    const settlePage = (record: LinksRecord) => (ordered ?? settlement).page(record);
    const streams = [
      sourceReadable(this.#source, {
        ...this.#sourceRules(ordered, signal),
        exhausted: () => {
          this.#checkEnd();
          isExhausted = true;
        },
        departures,
      }),
      ...this.#steps.map((step) => concurrentTransform(step, departures)),
      sinkWritable(settlePage),
    ];
    for (const stream of streams) {
      // A stage that fails takes the run with it at once: the others' requests would never end by themselves.
      stream.once('error', (error) => controller.abort(error));
    }
    this.#environment.observer.started(() => this.#progress());
    try {
      await joinStreams(streams as [Duplex, Duplex], { signal });
    } catch (error) {
      // What comes after the first failure is told as an AbortError by each stream.
      throw signal.aborted ? signal.reason : error;
    }
    return isExhausted;
  }

  #makeSteps(context: StageContext): readonly Step<Kind, Kind>[] {
    const { steps: choices, shard } = this.#pipeline;
    const steps = choices.map((choice) => choice.definition.create(choice.options, context));
    // Behind the last step that must see every line, those that an earlier run has done go no further.
    const lastStateful = choices.findLastIndex((choice) => choice.definition.isStateful === true);
    if (this.#state !== undefined && lastStateful !== -1) steps.splice(lastStateful + 1, 0, this.#doneFilter());
    return shard === undefined ? steps : [shardStep(shard), ...steps];
  }

  #sourceRules(ordered: OrderedRows | undefined, signal: AbortSignal) {
    const seesAll = seesAllLines(this.#pipeline);
    const state = this.#state;
    return {
      firstSequence: seesAll ? 0 : (state?.positions.last?.origin.sequence ?? 0),
      read: (origin: Origin, sourceUrl: string) => {
        if (state !== undefined) checkLine(state, origin.sequence, sourceUrl);
        this.#linesSeen = origin.sequence + 1;
        if (!this.positions.isDone(origin.sequence)) this.ledger.read();
        this.positions.read(origin, sourceUrl);
      },
      isDone: (sequence: number) => !seesAll && this.positions.isDone(sequence),
      room: (sequence: number) => ordered?.room(sequence, signal),
      limit: this.#pipeline.limit ?? Number.POSITIVE_INFINITY,
      // Also on an abort: a source that waits for input is not ended by the destruction of its stream.
      stopSignal: AbortSignal.any([this.#environment.stopSignal, signal]),
    };
  }

  /** An input that ends before the line at which it was taken up is another one. Errors: StageError `CHECKPOINT_MISMATCH`. */
  #checkEnd(): void {
    const last = this.#state?.positions.last ?? null;
    const { limit = Number.POSITIVE_INFINITY } = this.#pipeline;
    if (last === null || this.#linesSeen > last.origin.sequence || last.origin.sequence >= limit) return;
    throw shorterInput(last);
  }

  #doneFilter(): Step<Kind, Kind> {
    return {
      concurrency: 1,
      // The reason is not counted: the settlement knows that the line is done.
      process: (record) => (this.positions.isDone(record.origin.sequence) ? skip('duplicate') : record),
    };
  }

  #progress(): RunProgress {
    const inFlight = this.#steps.reduce((sum, step) => sum + (step.progress?.().inFlight ?? 0), 0);
    const input = this.#source.progress?.() ?? { read: 0, total: null };
    return { totals: this.ledger.totals(), lines: this.ledger.lines, inFlight, input };
  }
}

function shardStep({ index, count }: Shard): Step<Kind, Kind> {
  return {
    concurrency: 1,
    process: (record) =>
      record.kind !== 'url' || shardOf(record.url.hostname, count) === index ? record : skip('shard'),
  };
}

/** The settlement for lines that leave early. Nobody waits for room after an abort: the step would wait for its records. */
function departuresOf(settlement: Settlement, ordered: OrderedRows | undefined, signal: AbortSignal): Departures {
  const settled = (room: void | Promise<void>) => {
    // The line may be the one that later pages have waited for.
    const further = ordered?.advance();
    const rooms = [room, further].filter((promise) => promise !== undefined);
    return rooms.length === 0
      ? undefined
      : untilAborted(
          Promise.all(rooms).then(() => {}),
          signal,
        );
  };
  return {
    failed: (record, error) => settled(settlement.failed(record, error)),
    skipped: (record, reason) => settled(settlement.skipped(record, reason)),
  };
}
