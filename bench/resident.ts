import { readFileSync } from 'node:fs';

/** The resident set of a process in bytes; undefined of one that has ended. Linux only. */
export function residentBytes(processId: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
