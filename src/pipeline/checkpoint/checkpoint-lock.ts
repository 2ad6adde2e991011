import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { StageError } from '../../core/errors.ts';
import { sinkFailed } from '../../formats/byte-target.ts';

/** The process as a lock needs it. */
export interface LockOwner {
  /** Our process id. */
  readonly processId: number;
  /** Whether a process of this id lives. */
  isAlive(processId: number): boolean;
}

/**
 * Takes the lock of a checkpoint: a file beside it with our process id. Gives the function that gives it back.
 * The lock of a process that has died is taken over.
 *
 * Errors: StageError `CHECKPOINT_IN_USE` while another process lives that has it.
 */
export async function lockCheckpoint(path: string, owner: LockOwner): Promise<() => Promise<void>> {
  const lockPath = `${path}.lock`;
  for (;;) {
    if (await created(lockPath, owner.processId)) return () => rm(lockPath, { force: true });
    const holder = Number(await readFile(lockPath, 'utf8').catch(() => ''));
    if (Number.isSafeInteger(holder) && holder > 0 && holder !== owner.processId && owner.isAlive(holder)) {
      const advice = `If that is no sluice, remove ${lockPath}.`;
      throw new StageError('CHECKPOINT_IN_USE', `${path}: the checkpoint is in use by process ${holder}. ${advice}`);
    }
    await rm(lockPath, { force: true });
  }
}

/** Makes the lock with its holder in it, in one step: one without would be taken for that of a process that has died. */
async function created(lockPath: string, processId: number): Promise<boolean> {
  const draft = `${lockPath}.${processId}`;
  try {
    await writeFile(draft, `${processId}\n`);
    await link(draft, lockPath);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw sinkFailed(lockPath, error);
  } finally {
    await rm(draft, { force: true });
  }
}
