import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Where and since when a process runs: what tells it from others that have its id, or had it. Null: not to be known here. */
export interface ProcessPlace {
  /** The machine's name. */
  readonly host: string;
  /** A hash of what tells this machine from others of its name (machine-id(5), which is not to be shown). */
  readonly machine: string | null;
  /** What changes each time that the machine starts. */
  readonly boot: string | null;
  /** When the process started, in ticks of the kernel's clock since then; null also where no such process lives. */
  readonly startedAt: string | null;
}

/** Gives the place of a process of this machine. Beside Linux only the machine's name is known. */
export async function placeOf(processId: number): Promise<ProcessPlace> {
  const [machine, boot, stat] = await Promise.all([
    textOf('/etc/machine-id'),
    textOf('/proc/sys/kernel/random/boot_id'),
    textOf(`/proc/${processId}/stat`),
  ]);
  return {
    host: hostname(),
    machine: machine && createHash('sha256').update(machine).digest('base64url'),
    boot,
    startedAt: stat && startTimeOf(stat),
  };
}

/** The 22nd field (proc_pid_stat(5)), counted from the end of the second: that is the program's name, and may hold anything. */
function startTimeOf(stat: string): string | null {
  const [, ...fields] = stat.slice(stat.lastIndexOf(')')).split(' ');
  return fields[22 - 3] ?? null;
}

async function textOf(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim() === '' ? null : text.trim();
}
