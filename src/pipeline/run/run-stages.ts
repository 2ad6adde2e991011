import { type Departures, type Skip, skip } from '../../core/outcome.ts';
import type { Kind, LinksRecord, Origin, PageRecord, UrlRecord } from '../../core/record.ts';
import { sinkWritable } from '../../core/stage/sink-writable.ts';
import { sourceReadable } from '../../core/stage/source-readable.ts';
import { sumOfFigures } from '../../core/stage/step-figures.ts';
import type { Source, SourceIdentity, StageContext, Step } from '../../core/stage.ts';
import { Ledger } from '../accounts/ledger.ts';
import { OrderedRows } from '../accounts/ordered-rows.ts';
import { Positions } from '../accounts/positions.ts';
import { type Outputs, Settlement } from '../accounts/settlement.ts';
import type { Pipeline } from '../build.ts';
import type { CheckpointState } from '../checkpoint/checkpoint-state.ts';
import { type CheckpointSession, checkLine, shorterInput, sourceResume } from '../checkpoint/session.ts';
import { StepStates } from '../checkpoint/step-states.ts';
import { Crew } from '../workers/crew.ts';
import { type Segment, workerSegment } from '../workers/segment.ts';
import { joinStages } from './join-stages.ts';
import { type Part, partOfStep } from './part.ts';
import type { RunEnvironment } from './run-environment.ts';
import { untilAborted } from './run-outputs.ts';
import type { RunProgress } from './run-progress.ts';
import { type Shard, shardOf } from './shard.ts';

/** The stages of one run with its accounts: made, joined, run to their end. */
export class RunStages {
  readonly ledger: Ledger;
  readonly positions: Positions;
  /** What the steps keep in checkpoints. */
  readonly stepStates: StepStates;
  readonly #pipeline: Pipeline;
  readonly #environment: RunEnvironment;
  readonly #state: CheckpointState | undefined;
  readonly #source: Source;
  /** What stands between the source and the end. */
  readonly #parts: readonly Part[];
  /** One more than the sequence of the last line that the source gave. */
  #linesSeen = 0;

  /** `session`: the run's checkpoint, where it keeps one. Errors: ConfigError from a stage's `create`. */
  constructor(
    pipeline: Pipeline,
    context: StageContext,
    session: CheckpointSession | undefined,
    environment: RunEnvironment,
  ) {
    const state = session?.state;
    this.#pipeline = pipeline;
    this.#environment = environment;
    this.#state = state;
    this.ledger = new Ledger(state?.totals);
    this.positions = new Positions(state?.positions);
    const { definition, options } = pipeline.source;
    this.#source = definition.create(options, context, state && sourceResume(state));
    this.stepStates = new StepStates(session, () => this.positions.low);
    this.#parts = this.#makeParts(context);
  }

  /** Makes sure that the input and what else the stages read is there, before any output is touched. Errors: StageError. */
  async open(): Promise<void> {
    await this.#source.open?.();
    for (const part of this.#parts) await part.open?.();
  }

  /** By what the input is known again, as far as it has been read. */
  inputs(): SourceIdentity {
    return this.#source.identity?.() ?? [];
  }

  /** Lets go of the stages of a run that does not begin. */
  async close(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.close?.()));
  }

  /** Runs. Resolves with true when the input was worked through, false when the run was stopped before. Errors: the first of any stage. */
  async run(outputs: Outputs, controller: AbortController): Promise<boolean> {
    const { signal } = controller;
    const settlement = new Settlement(outputs, this.ledger, this.positions, (report) =>
      this.#environment.observer.line(report),
    );
    const ordered =
      this.#pipeline.ordered === true ? new OrderedRows(this.positions, (page) => settlement.page(page)) : undefined;
    let isExhausted = false;
    let hasAbandoned = false;
    const abandoned = () => {
      hasAbandoned = true;
    };
    const departures = departuresOf({ settlement, ordered, signal, abandoned });
    const settlePage = (record: LinksRecord) => (ordered ?? settlement).page(record);
    const source = sourceReadable(this.#source, {
      ...this.#sourceRules(ordered, signal),
      exhausted: () => {
        this.#checkEnd();
        isExhausted = true;
      },
      departures,
    });
    const steps = this.#parts.map((part) => part.stream(departures));
    this.#environment.observer.started(() => this.#progress());
    await joinStages({ source, steps, sink: sinkWritable(settlePage) }, controller);
    return isExhausted && !hasAbandoned;
  }

  #makeParts(context: StageContext): readonly Part[] {
    const { steps: choices, scopes } = this.#pipeline;
    // Behind the last step that has a state to bring back, lines that an earlier run has done go no further.
    const lastStateful = choices.findLastIndex((choice) => choice.definition.isStateful === true);
    const filterAt = this.#state === undefined ? -1 : lastStateful;
    const crew = this.#makeCrew(context);
    return choices.flatMap(({ definition, options }, index): Part[] => {
      if (crew !== undefined && index >= crew.first && index < crew.end) return index === crew.first ? [crew.part] : [];
      const columns = scopes[index];
      const stepContext = columns === undefined ? context : { ...context, columns };
      const part = partOfStep(this.stepStates.create(definition, options, stepContext));
      return index === filterAt ? [part, partOfStep(this.#doneFilter())] : [part];
    });
  }

  /** The part of the run that worker threads do, and the steps that it stands for; undefined where there are no such threads. */
  #makeCrew(context: StageContext): (Segment & { readonly part: Part }) | undefined {
    const { workers: count = 1, steps, scopes } = this.#pipeline;
    const { workerEntry: entry } = this.#environment;
    const segment = workerSegment(steps.map(({ definition }) => definition));
    if (count === 1 || entry === undefined || segment === undefined) return undefined;
    const { first, end } = segment;
    const work = { entry, count, steps: steps.slice(first, end), scopes: scopes.slice(first, end) };
    return { first, end, part: new Crew(work, context) };
  }

  #sourceRules(ordered: OrderedRows | undefined, signal: AbortSignal) {
    const { isStateful } = this.stepStates;
    const state = this.#state;
    const firstOpen = this.positions.low;
    // Also on an abort: a source that waits for input is not ended by the destruction of its stream.
    const stopSignal = AbortSignal.any([this.#environment.stopSignal, signal]);
    return {
      firstSequence: state?.positions.last?.origin.sequence ?? 0,
      // A source that is taken up at a line begins behind those that are skipped.
      skip: state?.positions.last == null ? (this.#pipeline.skip ?? 0) : 0,
      read: (origin: Origin, sourceUrl: string) => {
        if (state !== undefined) checkLine(state, origin.sequence, sourceUrl);
        this.#linesSeen = origin.sequence + 1;
        if (!this.positions.isDone(origin.sequence)) this.ledger.read();
        this.positions.read(origin, sourceUrl, isStateful);
      },
      // A step's state is that of the low-water mark: it must see all lines from there on, also those that are done.
      isDone: (sequence: number) => (isStateful ? sequence < firstOpen : this.positions.isDone(sequence)),
      refuse: refusalOf(this.#pipeline.shard),
      // What is abandoned stays undone, so that room behind it never comes.
      room: () => ordered?.room(stopSignal),
      limit: this.#pipeline.limit ?? Number.POSITIVE_INFINITY,
      stopSignal,
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
    const figures = this.#parts.flatMap((part) => part.progress?.() ?? []);
    const input = this.#source.progress?.() ?? { read: 0, total: null };
    return { totals: this.ledger.totals(), lines: this.ledger.lines, ...sumOfFigures(figures), input };
  }
}

/** Passes over what is not of the run's shard. */
function refusalOf(shard: Shard | undefined): (record: UrlRecord | PageRecord) => Skip | undefined {
  if (shard === undefined) return () => undefined;
  const { index, count } = shard;
  const refusal = skip('shard');
  return (record) => (shardOf(hostOf(record), count) === index ? undefined : refusal);
}

/** That of the URL, or of the page that the source has at hand. */
function hostOf(record: UrlRecord | PageRecord): string {
  return record.kind === 'url' ? record.url.hostname : new URL(record.response.finalUrl).hostname;
}

interface Leaving {
  readonly settlement: Settlement;
  readonly ordered: OrderedRows | undefined;
  readonly signal: AbortSignal;
  /** Told of each line that stays undone. */
  abandoned(): void;
}

/** The settlement for lines that leave early. Nobody waits for room after an abort: the step would wait for its records. */
function departuresOf({ settlement, ordered, signal, abandoned }: Leaving): Departures {
  const settled = (room: void | Promise<void>) => {
    // The line may be the one that later pages have waited for.
    const further = ordered?.advance();
    if (room === undefined && further === undefined) return undefined;
    const rooms = [room, further].filter((promise) => promise !== undefined);
    return untilAborted(
      Promise.all(rooms).then(() => {}),
      signal,
    );
  };
  return {
    failed: (record, error) => settled(settlement.failed(record, error)),
    skipped: (record, reason) => settled(settlement.skipped(record, reason)),
    abandoned,
  };
}
