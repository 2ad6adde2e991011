import type { createLogUpdate } from 'log-update';
import type { LineReport } from '../../pipeline/accounts/settlement.ts';
import type { RunProgress } from '../../pipeline/run/run-progress.ts';
import type { Io } from '../io.ts';
import { formatBytes, formatCount, formatDuration, formatRate } from './format-figures.ts';
import { reportLine } from './report-line.ts';

/** Time between two states of the live line, in milliseconds. */
const INTERVAL_MS = 200;
/** Of a terminal that does not tell, and of what is none. */
const COLUMNS = 80;
const SEPARATOR = ' · ';
/** Before so much of the input is read, an estimate of the time left says nothing. */
const MIN_SHARE_FOR_ETA = 0.005;

/** What is shown on standard error while a run goes on. */
export interface Progress {
  started(progress: () => RunProgress): void;
  line(report: LineReport): void;
  /** Says something in a line of its own, above the live line. */
  say(text: string): void;
  /** Takes the live line away. */
  stop(): void;
}

/** What is shown. */
export interface ProgressChoices {
  readonly isLive: boolean;
  readonly isVerbose: boolean;
}

/**
 * Shows a run on standard error: a live line where `isLive`, one line for each input line where `isVerbose`.
 *
 * The live line is for terminals: it is rewritten in place.
 */
export async function createProgress(io: Io, { isLive, isVerbose }: ProgressChoices): Promise<Progress> {
  const live = isLive ? await liveLine(io) : undefined;
  const startedAt = performance.now();
  const say = (text: string) => {
    // As it is: to be wrapped or cut to the terminal's size is for the live line alone.
    live?.clear();
    io.stderr.write(`${text}\n`);
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    started: (progress) => {
      if (live === undefined) return;
      const draw = () => live(progressLine(progress(), performance.now() - startedAt, columnsOf(io)));
      timer = setInterval(draw, INTERVAL_MS);
      // The line must never be what keeps the process alive.
      timer.unref();
    },
    line: (report) => {
      if (isVerbose) say(reportLine(report));
    },
    say,
    stop: () => {
      clearInterval(timer);
      live?.clear();
    },
  };
}

type LiveLine = ReturnType<typeof createLogUpdate>;

/** Loaded where there is a terminal: most long runs have none. */
async function liveLine({ stderr }: Pick<Io, 'stderr'>): Promise<LiveLine> {
  const logUpdate = await import('log-update');
  const terminal = {
    isTTY: stderr.isTTY,
    get columns() {
      return columnsOf({ stderr });
    },
    write: (text: string) => stderr.write(text),
  };
  return logUpdate.createLogUpdate(terminal as NodeJS.WriteStream, { showCursor: true });
}

/** Columns of the terminal. One that was not told its size (a container's, a serial line's) says 0. */
function columnsOf({ stderr }: Pick<Io, 'stderr'>): number {
  return stderr.columns || COLUMNS;
}

/**
 * The live line: lines done and their rate, how much of the input is read and the time left where that can be told, requests in
 * flight, lines that wait for busy hosts, outcomes, rows, decoded bytes.
 *
 * Length: less than `columns`, so that no terminal wraps it; what is too much is left out from the end.
 */
export function progressLine(
  { totals, inFlight, deferred, input }: RunProgress,
  elapsedMs: number,
  columns: number,
): string {
  const share = input.total === null || input.total === 0 ? 0 : input.read / input.total;
  const hasTimeLeft = share >= MIN_SHARE_FOR_ETA && share < 1;
  return fitted(columns, [
    `${formatCount(totals.read)} done`,
    formatRate(totals.read, elapsedMs),
    ...(share > 0 ? [`${Math.floor(share * 100)}% read`] : []),
    ...(hasTimeLeft ? [`${formatDuration(elapsedMs / share - elapsedMs)} left`] : []),
    `${formatCount(inFlight)} in flight`,
    ...(deferred > 0 ? [`${formatCount(deferred)} waiting for busy hosts`] : []),
    `${formatCount(totals.linked + totals.empty)} ok`,
    `${formatCount(totals.failed)} failed`,
    `${formatCount(totals.skipped)} skipped`,
    `${formatCount(totals.rows)} rows`,
    formatBytes(totals.bytes),
  ]);
}

/** The first parts, as many as fit; one at least. */
function fitted(columns: number, [first = '', ...parts]: readonly string[]): string {
  let line = first;
  for (const part of parts) {
    if (line.length + SEPARATOR.length + part.length >= columns) break;
    line += SEPARATOR + part;
  }
  return line;
}
