import { watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LiveProcess } from '../helpers/processes/process.ts';
import { CHECKPOINT_NAME, STATE_FOLDER } from './torture-cases.ts';
import type { TortureSite } from './torture-site.ts';

/** Where and how far off a moment may be. */
export interface MomentChoice {
  readonly site: TortureSite;
  /** The folder in which the process runs. */
  readonly folder: string;
  /** One of the next so many requests; none are awaited where the process makes none. */
  readonly reach: number | undefined;
  /** A whole number from 0 up to but not including `limit`. */
  readonly random: (limit: number) => number;
}

/** Time from the start within which a moment falls that comes by the clock: mostly before the first page is there. */
const START_MS = 300;
/** Checkpoints after which a moment falls at the latest, where there are no requests. */
const MOST_CHECKPOINTS = 2;
/** Time behind a checkpoint, in milliseconds: as much as lies between two. */
const BEHIND_MS = 50;

/**
 * Resolves at a random moment of a process: at one of its next requests, or behind one of its next checkpoints where it makes
 * no requests, or shortly after its start; when the process has ended at the latest.
 */
export async function randomMoment(running: LiveProcess, { site, folder, reach, random }: MomentChoice): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const ended = running.exit().then(() => {});
  const isEarly = random(4) === 0;
  const atWork =
    reach === undefined
      ? checkpointed(folder, 1 + random(MOST_CHECKPOINTS), signal).then(() => passed(random(BEHIND_MS), signal))
      : site.requested(site.requests + 1 + random(reach));
  try {
    await Promise.race([ended, atWork, ...(isEarly ? [passed(random(START_MS), signal)] : [])]);
  } finally {
    over.abort();
  }
}

/** Resolves when so many checkpoints have been written, or with the signal. */
function checkpointed(folder: string, count: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const watcher = watch(join(folder, STATE_FOLDER), { signal }, (event, name) => {
      if (event !== 'rename' || name !== CHECKPOINT_NAME) return;
      left -= 1;
      if (left === 0) watcher.close();
    });
    watcher.once('close', resolve);
  });
}

/** Resolves when so much time has passed, or with the signal. */
function passed(milliseconds: number, signal: AbortSignal): Promise<void> {
  return delay(milliseconds, undefined, { signal }).catch(() => {});
}
