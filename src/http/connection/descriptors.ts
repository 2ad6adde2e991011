import { closeSync, openSync, readFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { ConfigError } from '../../core/errors.ts';

/** Descriptors that are not connections: inputs, outputs, name servers, and what Node itself holds. */
const OTHER_DESCRIPTORS = 64;

/** How many descriptors connections may take. */
export interface DescriptorDemand {
  /** Connections in use at a time, at most. */
  readonly concurrency: number;
  /** Connections that would be kept idle beside those if there is room. */
  readonly idle: number;
}

/**
 * How many idle connections there is room for, given the limit of open files; all that are wanted where that is unknown.
 *
 * Errors: ConfigError where not even those in use have room.
 */
export function idleWithinLimit({ concurrency, idle }: DescriptorDemand, limit: number | undefined): number {
  if (limit === undefined) return idle;
  const room = limit - OTHER_DESCRIPTORS - concurrency;
  if (room >= 0) return Math.min(idle, room);
  const advice = `raise the limit (ulimit -n ${concurrency + OTHER_DESCRIPTORS})`;
  const most = limit - OTHER_DESCRIPTORS;
  throw new ConfigError(
    `concurrency: ${concurrency} connections need more files than the ${limit} that this process may have open; ` +
      (most > 0 ? `${advice}, or ask for at most ${most}.` : `${advice}.`),
  );
}

/**
 * The most files that this process may have open; undefined where that is not known: outside Linux, or where there is
 * no limit. Node has raised the soft limit to the hard one when it started (since version 4).
 */
export function openFilesLimit(path = '/proc/self/limits'): number | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
  const soft = /^Max open files +(\d+)/m.exec(text)?.[1];
  return soft === undefined ? undefined : Number(soft);
}

/** The error of opening a file, where there is no file descriptor left for this process or the machine now; else undefined. */
export function descriptorShortage(): Error | undefined {
  try {
    closeSync(openSync(devNull, 'r'));
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EMFILE' || code === 'ENFILE' ? (error as Error) : undefined;
  }
}
