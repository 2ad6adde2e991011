import { createLogUpdate } from 'log-update';
import type { RunProgress } from '../../pipeline/run/run-environment.ts';
import type { LineReport } from '../../pipeline/run/settlement.ts';
import type { Io } from '../io.ts';
import { formatBytes, formatCount, formatDuration, formatRate } from './format-figures.ts';
import { reportLine } from './report-line.ts';

/** Time between two states of the live line, in milliseconds. */
const INTERVAL_MS = 200;
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

/**
 * Shows a run on standard error: a live line where `isLive`, one line for each input line where `isVerbose`.
 *
 * The live line is for terminals: it is rewritten in place.
 */
export function createProgress(io: Io, { isLive, isVerbose }: { isLive: boolean; isVerbose: boolean }): Progress {
  const live = isLive ? createLogUpdate(io.stderr as NodeJS.WritableStream, { showCursor: true }) : undefined;
  const startedAt = performance.now();
  const say = (text: string) => {
    if (live === undefined) io.stderr.write(`${text}\n`);
    else live.persist(text);
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    started: (progress) => {
      if (live === undefined) return;
      const draw = () => live(progressLine(progress(), performance.now() - startedAt));
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

/** The live line: lines done and their rate, requests in flight, outcomes, rows, decoded bytes, and the time left where it can be told. */
export function progressLine({ totals, inFlight, input }: RunProgress, elapsedMs: number): string {
  const parts = [
    `${formatCount(totals.read)} done`,
    formatRate(totals.read, elapsedMs),
    `${formatCount(inFlight)} in flight`,
    `${formatCount(totals.linked + totals.empty)} ok`,
    `${formatCount(totals.failed)} failed`,
    `${formatCount(totals.skipped)} skipped`,
    `${formatCount(totals.rows)} rows`,
    formatBytes(totals.bytes),
  ];
  const share = input.total === null || input.total === 0 ? 0 : input.read / input.total;
  if (share > 0) parts.push(`${Math.floor(share * 100)}% read`);
  if (share >= MIN_SHARE_FOR_ETA && share < 1) parts.push(`${formatDuration(elapsedMs / share - elapsedMs)} left`);
  return parts.join(' · ');
}
