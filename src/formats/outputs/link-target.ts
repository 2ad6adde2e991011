import { readlink, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** As many as Linux follows (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * Gives the path that is behind a path's symbolic links, whether or not something is there yet: so a link that was made to
 * put an output elsewhere stays one when a file takes that place. A path that is no link comes back as it is, and so do circles.
 */
export async function linkTarget(path: string): Promise<string> {
  let current = path;
  for (let links = 0; links <= MAX_LINKS; links += 1) {
    const target = await readlink(current).catch(() => undefined);
    if (target === undefined) return current;
    // Relative to the folder that the link is really in.
    current = resolve(await realpath(dirname(current)), target);
  }
  return path;
}
