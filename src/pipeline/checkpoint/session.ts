import { StageError } from '../../core/errors.ts';
import { lineHash } from '../../core/hashes/line-hash.ts';
import type { SourceResume } from '../../core/stage.ts';
import { linkTarget } from '../../formats/outputs/link-target.ts';
import type { KnownLine } from '../accounts/positions.ts';
import type { Pipeline } from '../build.ts';
import { makeCheckpointFolder, readCheckpoint } from './checkpoint-file.ts';
import { type LockOwner, lockCheckpoint } from './checkpoint-lock.ts';
import type { CheckpointState } from './checkpoint-state.ts';
import { runIdentity } from './run-identity.ts';

/** A run's hold on its checkpoint. */
export interface CheckpointSession {
  readonly path: string;
  readonly identity: string;
  /** What an earlier run left, where there was one. */
  readonly state: CheckpointState | undefined;
  /** What is passed over, where the run starts over and it can be read. */
  readonly discarded: CheckpointState | undefined;
  /** Whether the run starts over: it was told to, or an earlier one that was has ended before its first checkpoint. */
  readonly isRestart: boolean;
  /** Lets other processes have the checkpoint. */
  release(): Promise<void>;
}

/**
 * Takes hold of a pipeline's checkpoint and reads it. `isRestart` passes over what is in it.
 *
 * Errors: StageError `CHECKPOINT_IN_USE`; `CHECKPOINT_MISMATCH` for the checkpoint of another pipeline. Nothing is changed then.
 */
export async function openCheckpoint(
  givenPath: string,
  pipeline: Pipeline,
  owner: LockOwner,
  isRestart: boolean,
): Promise<CheckpointSession> {
  await makeCheckpointFolder(givenPath);
  // By whatever name it is called, it has one lock.
  const path = await linkTarget(givenPath);
  const release = await lockCheckpoint(path, owner);
  try {
    const identity = runIdentity(pipeline);
    // Whatever is wrong with it is what starting over is for.
    const found = isRestart ? await readCheckpoint(path).catch(() => undefined) : await readCheckpoint(path);
    const isStartedOver = isRestart || found?.isDiscarded === true;
    const [state, discarded] = isStartedOver ? [undefined, found] : [found, undefined];
    if (state !== undefined && state.identity !== identity) {
      const advice = 'Run it as before, name another checkpoint, or start over with --restart.';
      throw new StageError(
        'CHECKPOINT_MISMATCH',
        `${path}: this is the checkpoint of another pipeline: stages, options or paths that change the rows differ. ${advice}`,
      );
    }
    return { path, identity, state, discarded, isRestart: isStartedOver, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Where the source is taken up: at the last line before those that are not done. */
export function sourceResume(state: CheckpointState): SourceResume {
  return { from: state.positions.last?.origin, known: state.inputs };
}

/**
 * Makes sure that a line that is read again is the one that the checkpoint knows: the last below the mark, or the last above.
 *
 * Errors: StageError `CHECKPOINT_MISMATCH`, which names the place alone: either line may hold a password.
 */
export function checkLine(state: CheckpointState, sequence: number, sourceUrl: string): void {
  const { last, furthest } = state.positions;
  const known = last?.origin.sequence === sequence ? last : furthest;
  if (known?.origin.sequence !== sequence || known.lineHash === lineHash(sourceUrl)) return;
  throw otherInput(known, 'this is not the line that was there; one that had no end when it was read may have grown');
}

/** What it is to the run that the input ended before the last line that the checkpoint knows. */
export function shorterInput(last: KnownLine): StageError {
  return otherInput(last, 'it ends before this line');
}

function otherInput({ origin }: KnownLine, what: string): StageError {
  const place = `${origin.input}:${origin.line}`;
  const text = `${place}: the checkpoint belongs to another input: ${what}. Start over with --restart.`;
  return new StageError('CHECKPOINT_MISMATCH', text);
}
