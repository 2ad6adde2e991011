import { setTimeout as wait } from 'node:timers/promises';

/** For so long a count has not changed when it stands still, in milliseconds. */
const STILL_MS = 500;

/**
 * Resolves with a count once it stands still: the one way to see that something does not go on, such as requests for a reader
 * that has stalled, where no event tells of that.
 */
export async function standstill(count: () => number): Promise<number> {
  let before: number;
  do {
    before = count();
    await wait(STILL_MS);
  } while (count() !== before);
  return before;
}
