import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StageError } from '../../core/errors.ts';
import { sinkFailed } from '../../formats/outputs/byte-target.ts';
import type { CheckpointState } from './checkpoint-state.ts';
import { checkpointOf, checkpointText, stepFilesIn } from './checkpoint-text.ts';

/** The calls by which a checkpoint gets to the disk, in this order; a test puts failures in between. */
export interface CheckpointDisk {
  readonly open: (path: string, flags: string) => Promise<FileHandle>;
  readonly rename: (from: string, to: string) => Promise<void>;
}

const realDisk: CheckpointDisk = { open, rename };

/**
 * Reads a checkpoint. Gives undefined where there is none.
 *
 * Errors: StageError `CHECKPOINT_MISMATCH` for a file that is no checkpoint of ours, or not as it was written.
 */
export async function readCheckpoint(path: string): Promise<CheckpointState | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new StageError('CHECKPOINT_MISMATCH', `${path}: can't be read: ${(error as Error).message}`, {
      cause: error,
    });
  });
  if (text === undefined) return undefined;
  const found = checkpointOf(text);
  if (!('problem' in found)) return found;
  const advice = 'Name another file, or start over with --restart.';
  throw new StageError('CHECKPOINT_MISMATCH', `${path}: ${found.problem}. ${advice}`);
}

/**
 * Writes a checkpoint such that at any moment, also in a crash, the path holds the old one whole or the new one whole:
 * a temporary file beside it, fsync, rename, fsync of the folder.
 *
 * Errors: StageError `SINK_FAILED`.
 */
export async function writeCheckpoint(
  path: string,
  state: CheckpointState,
  disk: CheckpointDisk = realDisk,
): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const file = await disk.open(temporary, 'w');
    try {
      await file.writeFile(checkpointText(state));
      await file.sync();
    } finally {
      await file.close();
    }
    await disk.rename(temporary, path);
    await syncFolder(path, disk);
  } catch (error) {
    throw sinkFailed(path, error);
  }
}

/**
 * Sees to it that a run that is started over is not taken up again, and then removes the files of its steps: those that its
 * checkpoint names, and those that the new run will have (`stepFiles`, as a checkpoint has them).
 *
 * A checkpoint that can be read (`discarded`) stays until the next one is written: by it the new run, whenever it is killed
 * and begun again, knows outputs for its own. Any other is removed. Errors: StageError `SINK_FAILED`.
 */
export async function discardCheckpoint(
  path: string,
  discarded: CheckpointState | undefined,
  stepFiles: readonly string[],
): Promise<void> {
  if (discarded !== undefined) await writeCheckpoint(path, { ...discarded, isDiscarded: true });
  try {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (discarded === undefined) {
      await rm(path, { force: true });
      await syncFolder(path, realDisk);
    }
    for (const ending of new Set([...stepFiles, ...stepFilesIn(text)])) {
      await rm(`${path}.${ending}`, { force: true });
    }
  } catch (error) {
    throw new StageError('SINK_FAILED', `${path}: the checkpoint can't be removed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Makes the folder of a checkpoint, which is ours to make: `.sluice/links.checkpoint`. Errors: StageError `SINK_FAILED`. */
export async function makeCheckpointFolder(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw new StageError('SINK_FAILED', `${path}: its folder can't be made: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Brings a new or removed name to the disk (fsync(2): the entry in the folder is not synced with the file). */
async function syncFolder(path: string, disk: CheckpointDisk): Promise<void> {
  const folder = await disk.open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
