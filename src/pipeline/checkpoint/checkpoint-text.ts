import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CHECKPOINT_FORMAT, type CheckpointState, checkpointFiles, checkpointState } from './checkpoint-state.ts';

/** A text of ours: JSON whose last entry is the hash of all that stands before it. */
const HASHED = /^(.*),"hash":"([\w-]{43})"\}\n$/s;

/**
 * Gives the text of a checkpoint, by which `checkpointOf` knows whether it is still as it was written: in a damaged one, a
 * number could be another and still be one, and lines would be lost or done twice.
 */
export function checkpointText(state: CheckpointState): string {
  const entries = JSON.stringify(state).slice(0, -'}'.length);
  return `${entries},"hash":"${hashOf(entries)}"}\n`;
}

/** Gives the checkpoint that a text is, or says what it is in place of one. */
export function checkpointOf(text: string): CheckpointState | { readonly problem: string } {
  const [, entries, hash] = HASHED.exec(text) ?? [];
  if (entries !== undefined && hashOf(entries) !== hash) {
    return { problem: 'this checkpoint is damaged: it is not as it was written' };
  }
  const result = entries === undefined ? undefined : checkpointState.safeParse(parsed(`${entries}}`));
  if (result?.success === true) return result.data;
  const format = formatOf(parsed(text));
  if (format === undefined || format === CHECKPOINT_FORMAT) return { problem: 'this is no checkpoint' };
  return {
    problem: `this is the checkpoint of another version of sluice (its form is ${format}, this version has ${CHECKPOINT_FORMAT}): end it with that one`,
  };
}

/** Gives the names of the steps' files that a text tells, whatever else it is. */
export function stepFilesIn(text: string): readonly string[] {
  return checkpointFiles.safeParse(parsed(text)).data?.stepFiles ?? [];
}

function hashOf(entries: string): string {
  return createHash('sha256').update(entries).digest('base64url');
}

/** The version that a checkpoint says it has, of whatever form the rest is. */
function formatOf(value: unknown): number | undefined {
  const result = z.object({ format: z.int(), identity: z.string() }).safeParse(value);
  return result.success ? result.data.format : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
