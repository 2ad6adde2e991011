import type { StepState } from '../../core/stage/step-state.ts';
import type { SourceIdentity } from '../../core/stage.ts';
import type { Ledger } from '../accounts/ledger.ts';
import type { Positions } from '../accounts/positions.ts';
import type { Outputs } from '../accounts/settlement.ts';
import { type CheckpointDisk, writeCheckpoint } from './checkpoint-file.ts';
import { CHECKPOINT_FORMAT, type CheckpointState } from './checkpoint-state.ts';

/** What a run's checkpoints are made of. */
export interface CheckpointParts {
  readonly path: string;
  readonly identity: string;
  readonly ledger: Ledger;
  readonly positions: Positions;
  readonly outputs: Outputs;
  /** By what the input is known again, as far as it has been read. */
  inputs(): SourceIdentity;
  readonly stepStates: { readonly files: readonly string[]; save(low: number): Promise<readonly StepState[]> };
  /** Time of this run and those before it, now. */
  elapsedMs(): number;
}

/** How a run's checkpoint is kept. */
export interface CheckpointSettings {
  /** Time from the end of one checkpoint to the start of the next: so much work is done again after a crash. */
  readonly intervalMs: number;
  /** What the checkpoint holds now, where there is one. */
  readonly saved: CheckpointState | undefined;
  /** Told once, when a checkpoint can't be written; there are no more then. */
  readonly onError: (error: unknown) => void;
  /** A test puts failures in between. */
  readonly disk?: CheckpointDisk;
}

/**
 * Keeps a run's checkpoint up to date.
 *
 * What is done, what the steps have learnt from it and how far the outputs are is noted in one turn; then the outputs and
 * the steps' files are brought to the disk up to there, and only then the checkpoint says so. A crash at any moment leaves a
 * checkpoint that is true of the first bytes of each.
 */
export class Checkpointer {
  readonly #parts: CheckpointParts;
  readonly #settings: CheckpointSettings;
  #saved: Pick<CheckpointState, 'totals' | 'isComplete'> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  /** Ends with the last save that was begun; undefined where none is under way. Never rejects. */
  #last: Promise<void> | undefined;

  constructor(parts: CheckpointParts, settings: CheckpointSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#saved = settings.saved;
  }

  /** Begins to save at intervals. */
  start(): void {
    this.#timer = setTimeout(() => {
      this.#saving = this.save(false).then(
        () => this.start(),
        (error: unknown) => this.#settings.onError(error),
      );
    }, this.#settings.intervalMs);
  }

  /** Ends the saving at intervals. Resolves when none is under way. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#saving;
    clearTimeout(this.#timer);
  }

  /**
   * Saves, unless no line has ended since the last time; behind one that is under way. Two at once would write the same files.
   *
   * Errors: StageError.
   */
  save(isComplete: boolean): Promise<void> {
    const saved = this.#last === undefined ? this.#save(isComplete) : this.#last.then(() => this.#save(isComplete));
    const ended = saved
      .catch(() => {})
      .then(() => {
        if (this.#last === ended) this.#last = undefined;
      });
    this.#last = ended;
    return saved;
  }

  async #save(isComplete: boolean): Promise<void> {
    const { path, identity, ledger, positions, outputs, stepStates } = this.#parts;
    const totals = ledger.totals();
    if (this.#saved?.totals.read === totals.read && (this.#saved.isComplete || !isComplete)) return;
    // In one turn: the steps' states and the outputs' marks stand exactly behind the lines that the ledger and the positions have as done.
    const noted = {
      inputs: this.#parts.inputs(),
      positions: positions.state(),
      totals,
      elapsedMs: this.#parts.elapsedMs(),
    };
    const [steps, sinks, failures, pages] = await Promise.all([
      stepStates.save(positions.low),
      Promise.all(outputs.sinks.map(({ writer }) => writer.mark())),
      outputs.failures?.writer.mark(),
      outputs.pages?.writer.mark(),
    ]);
    const states = { sinks, ...(failures && { failures }), ...(pages && { pages }) };
    const saved = {
      format: CHECKPOINT_FORMAT,
      identity,
      ...noted,
      outputs: states,
      steps,
      stepFiles: stepStates.files,
      isComplete,
      isDiscarded: false,
    };
    const state = saved as CheckpointState;
    await writeCheckpoint(path, state, this.#settings.disk);
    this.#saved = state;
  }
}
