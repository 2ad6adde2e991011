import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { StageError } from '../../core/errors.ts';
import { sinkFailed } from '../../formats/outputs/byte-target.ts';
import { type ProcessPlace, placeOf } from './process-place.ts';

/** The process as a lock needs it. */
export interface LockOwner {
  /** Our process id. */
  readonly processId: number;
  /** Whether a process of this id lives. */
  isAlive(processId: number): boolean;
}

/** Gives the place of a process, by its id. */
export type Places = (processId: number) => Promise<ProcessPlace>;

/**
 * Takes the lock of a checkpoint: a file beside it that says who has it. Gives the function that gives it back.
 * The lock of a process that has died is taken over, also where another has its id by now, and after a restart of the machine.
 *
 * Errors: StageError `CHECKPOINT_IN_USE` while the process lives that has it, and where it runs on another machine or in a
 * container of another name, so that nobody can tell from here.
 */
export async function lockCheckpoint(
  path: string,
  owner: LockOwner,
  places: Places = placeOf,
): Promise<() => Promise<void>> {
  const us = {
    processId: owner.processId,
    ...(await places(owner.processId)),
    key: randomBytes(9).toString('base64url'),
  };
  return await new CheckpointLock(path, owner, us, places).take(`${path}.lock`);
}

const holderSchema = z.object({
  processId: z.int().positive(),
  host: z.string(),
  machine: z.string().nullable(),
  boot: z.string().nullable(),
  startedAt: z.string().nullable(),
  /** No two locks have the same. */
  key: z.string(),
});

/** Who has a lock. */
type Holder = z.output<typeof holderSchema>;

class CheckpointLock {
  readonly #path: string;
  readonly #owner: LockOwner;
  readonly #us: Holder;
  readonly #places: Places;

  constructor(path: string, owner: LockOwner, us: Holder, places: Places) {
    this.#path = path;
    this.#owner = owner;
    this.#us = us;
    this.#places = places;
  }

  async take(lockPath: string): Promise<() => Promise<void>> {
    for (;;) {
      if (await this.#create(lockPath)) return () => this.#removeIf(lockPath, JSON.stringify(this.#us));
      const found = await readIfThere(lockPath);
      if (found === undefined) continue;
      await this.#refuseIfHeld(lockPath, holderOf(found));
      // Two that find the same stale lock must not remove each other's: the right to remove it is a lock, too.
      const release = await this.take(`${lockPath}.takeover`);
      try {
        await this.#removeIf(lockPath, found);
      } finally {
        await release();
      }
    }
  }

  /** Makes the lock with its holder in it, in one step: one without would be taken for that of a process that has died. */
  async #create(lockPath: string): Promise<boolean> {
    const draft = `${lockPath}.${this.#us.key}`;
    try {
      await writeFile(draft, JSON.stringify(this.#us));
      await link(draft, lockPath);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw sinkFailed(lockPath, error);
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Somebody may have removed a lock by hand, and another process have made its own. */
  async #removeIf(lockPath: string, content: string): Promise<void> {
    if ((await readIfThere(lockPath)) === content) await rm(lockPath, { force: true });
  }

  async #refuseIfHeld(lockPath: string, holder: Holder | undefined): Promise<void> {
    if (holder === undefined) return;
    const { processId, host, machine } = holder;
    const isElsewhere = host !== this.#us.host || machine !== this.#us.machine;
    if (!isElsewhere && !(await this.#lives(holder))) return;
    const who = isElsewhere ? `process ${processId} on ${JSON.stringify(host)}` : `process ${processId}`;
    const advice = isElsewhere
      ? `From here nobody can tell whether it still runs; if it does not, remove ${lockPath}.`
      : `If that is no sluice, remove ${lockPath}.`;
    throw new StageError('CHECKPOINT_IN_USE', `${this.#path}: the checkpoint is in use by ${who}. ${advice}`);
  }

  /** Whether a process of this machine lives. Where the times of starts can't be known, its id has to do. */
  async #lives({ processId, boot, startedAt }: Holder): Promise<boolean> {
    if (boot !== this.#us.boot) return false;
    if (processId === this.#us.processId) return startedAt !== null && startedAt === this.#us.startedAt;
    if (!this.#owner.isAlive(processId)) return false;
    const now = await this.#places(processId);
    return startedAt === null || now.startedAt === null || startedAt === now.startedAt;
  }
}

/** What is no holder has been left by nobody who lives: locks come with theirs. */
function holderOf(content: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(content));
  } catch {
    return undefined;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw sinkFailed(path, error);
  }
}
