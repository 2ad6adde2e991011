import type { OutputState, SourceIdentity } from '../../core/stage.ts';
import type { Ledger } from '../run/ledger.ts';
import type { Positions } from '../run/positions.ts';
import type { Outputs } from '../run/settlement.ts';
import { writeCheckpoint } from './checkpoint-file.ts';
import type { CheckpointState } from './checkpoint-state.ts';

/** What a run's checkpoints are made of. */
export interface CheckpointParts {
  readonly path: string;
  readonly identity: string;
  readonly inputs: SourceIdentity;
  readonly ledger: Ledger;
  readonly positions: Positions;
  readonly outputs: Outputs;
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
}

/**
 * Keeps a run's checkpoint up to date.
 *
 * What is done and how far the outputs are is noted in one turn; then the outputs are brought to the disk up to there, and
 * only then the checkpoint says so. A crash at any moment leaves a checkpoint that is true of the outputs' first bytes.
 */
export class Checkpointer {
  readonly #parts: CheckpointParts;
  readonly #settings: CheckpointSettings;
  #saved: Pick<CheckpointState, 'totals' | 'isComplete'> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();

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

  /** Saves, unless no line has ended since the last time. Not while another one is under way. Errors: StageError. */
  async save(isComplete: boolean): Promise<void> {
    const { path, identity, inputs, ledger, positions, outputs } = this.#parts;
    const totals = ledger.totals();
    if (this.#saved?.totals.read === totals.read && (this.#saved.isComplete || !isComplete)) return;
    // In one turn: the outputs' marks stand exactly behind the lines that the ledger and the positions have as done.
    const noted = { positions: positions.state(), totals, elapsedMs: this.#parts.elapsedMs() };
    const marks = [outputs.sink, outputs.failures, outputs.pages].map((output) => output?.writer.mark());
    const [sink, failures, pages] = await Promise.all(marks);
    const states = { sink: sink as OutputState, ...(failures && { failures }), ...(pages && { pages }) };
    const state = { format: 1, identity, inputs, ...noted, outputs: states, isComplete } as CheckpointState;
    await writeCheckpoint(path, state);
    this.#saved = state;
  }
}
