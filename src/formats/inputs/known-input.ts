import { StageError } from '../../core/errors.ts';
import { unreadable } from './input-file.ts';
import { type Prefix, type PrefixHash, rereadPrefix } from './prefix-hash.ts';

/** A file that an earlier run has read a part of. */
export interface KnownInput {
  /** As the user named it, for messages. */
  readonly name: string;
  /** Where it is. */
  readonly path: string;
  /** Bytes that it has now. */
  readonly size: number;
  /** What was read of it. */
  readonly prefix: Prefix;
  /** Whether nothing behind it has been read: it may then have grown at its end. */
  readonly isLast: boolean;
}

/**
 * Makes sure that an input is the one that an earlier run has read a part of. Touches nothing.
 * Gives the hash as it stood behind the first `at` bytes, to go on with from there.
 *
 * Errors: StageError `CHECKPOINT_MISMATCH` where that part is another, and where one has grown behind which others were read;
 * the reason of `signal` once that has aborted.
 */
export async function checkKnownInput(input: KnownInput, at: number, signal: AbortSignal): Promise<PrefixHash> {
  const { name, path, size, prefix, isLast } = input;
  if (!isLast && size > prefix.bytes) throw grownInput(name, size - prefix.bytes);
  if (size < prefix.bytes) throw otherInput(name, `it has ${size} bytes, and ${prefix.bytes} had been read`);
  const hash = await rereadPrefix(path, prefix, { at, signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : unreadable(name, error);
  });
  if (hash !== undefined) return hash;
  throw otherInput(name, `its first ${prefix.bytes} bytes, which had been read, have changed`);
}

/** What it is to a run that an input is another one than it was. `what` has changed; no line's text, which may hold a password. */
export function otherInput(name: string, what: string): StageError {
  const text = `${name}: this is not the list that the checkpoint was made with: ${what}.`;
  return new StageError('CHECKPOINT_MISMATCH', `${text} Put the old one back, or start over with --restart.`);
}

function grownInput(name: string, bytes: number): StageError {
  const text = `${name}: ${bytes} bytes were added after it had been read to its end, where they would never be read.`;
  const advice = 'Take them out and run them as a list of their own, or start over with --restart.';
  return new StageError('CHECKPOINT_MISMATCH', `${text} ${advice}`);
}
