import type { StageContext } from '../../core/stage.ts';
import type { LineReport } from '../accounts/settlement.ts';
import type { LockOwner } from '../checkpoint/checkpoint-lock.ts';
import type { RunProgress } from './run-progress.ts';

/** Watches a run. */
export interface RunObserver {
  /** Called once, before the first line is read. `progress` may be called at any time, also after the run. */
  started(progress: () => RunProgress): void;
  /** Called for each line that ended. */
  line(report: LineReport): void;
}

/** What a run is given by whoever starts it. */
export interface RunEnvironment {
  readonly context: Omit<StageContext, 'signal' | 'stopSignal' | 'linkColumns' | 'inputColumns' | 'columns'>;
  /** Aborted: nothing more is read or begun, and what is in flight is finished. */
  readonly stopSignal: AbortSignal;
  /** Aborted: the run ends at once. */
  readonly abortSignal: AbortSignal;
  readonly observer: RunObserver;
  /** The module that worker threads run. Absent: there are none, whatever the pipeline says. */
  readonly workerEntry?: URL | undefined;
  /** For the lock of a checkpoint. */
  readonly owner: LockOwner;
  /** True: what a checkpoint holds is passed over. */
  readonly isRestart: boolean;
  /** Time from the end of one checkpoint to the start of the next: so much work is done again after a crash. */
  readonly checkpointIntervalMs: number;
}
