import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { removeFolder, temporaryFolder } from '../helpers/files/samples.ts';
import { startSluice } from '../helpers/processes/cli.ts';
import type { LiveProcess, ProcessExit } from '../helpers/processes/process.ts';
import { assertSameOutcome, type Outcome, outcomeOf, snapshotOf } from './outputs.ts';
import { flagsOf, PIPELINE_FILE, type TortureCase } from './torture-cases.ts';
import type { TortureSite } from './torture-site.ts';

/** How hard a case is tried. */
export interface TortureSettings {
  readonly site: TortureSite;
  /** The list that is worked through. */
  readonly list: string;
  /** Kills after which a run is let through to its end; it may come to its end before. */
  readonly kills: number;
  /** One of these, at random, at each kill. */
  readonly signals: readonly NodeJS.Signals[];
  /** A whole number from 0 up to but not including `limit`. */
  readonly random: (limit: number) => number;
}

/** What was done to a case. */
export interface TortureReport {
  /** Runs that were really ended by a signal. */
  readonly kills: number;
  /** Requests that it took in all, and that an undisturbed run took. */
  readonly requests: number;
  readonly undisturbedRequests: number;
}

const TIMEOUT_MS = 60_000;
/** Time from the start within which a kill falls that comes by the clock: mostly before the first page is there. */
const START_MS = 300;

/**
 * Runs a case undisturbed, then again with a checkpoint, killed again and again at random moments until it ends.
 *
 * Fails unless both leave the same, and unless the same command, given once more, changes nothing.
 */
export async function torture(tortured: TortureCase, settings: TortureSettings): Promise<TortureReport> {
  const { site } = settings;
  const folder = await temporaryFolder();
  try {
    const before = site.requests;
    const expected = await undisturbedOutcome(tortured, join(folder, 'undisturbed'), settings);
    const undisturbedRequests = site.requests - before;
    const place = await prepare(join(folder, 'tortured'), tortured, settings);
    const kills = await killUntilComplete(place, undisturbedRequests, settings);
    const requests = site.requests - before - undisturbedRequests;
    assertSameOutcome(await outcomeOf(place.folder, orderedOutput(tortured)), expected);
    await changesNothingMore(place, site);
    return { kills, requests, undisturbedRequests };
  } finally {
    await removeFolder(folder);
  }
}

/** Where a case runs, and what is typed there. */
interface Place {
  readonly folder: string;
  readonly args: readonly string[];
  /** Standard input, the same at each run. */
  readonly stdin: string;
}

const COMMON = ['--allow-private', '-c', '24', '--per-host', '8', '--no-progress'];
const CHECKPOINT = ['--checkpoint', 'state/run.checkpoint', '--checkpoint-interval', '50ms'];

async function prepare(folder: string, tortured: TortureCase, { list }: TortureSettings): Promise<Place> {
  await mkdir(folder);
  const middle = list.indexOf('\n', list.length >> 1) + 1;
  await writeFile(join(folder, 'list.txt'), list);
  await writeFile(join(folder, 'list.txt.gz'), gzipSync(list));
  await writeFile(join(folder, 'one.txt'), list.slice(0, middle));
  await writeFile(join(folder, 'two.txt'), list.slice(middle));
  const { pipeline } = tortured;
  if (pipeline !== undefined) await writeFile(join(folder, PIPELINE_FILE), JSON.stringify(pipeline));
  const args = [...flagsOf(tortured), ...CHECKPOINT, ...(pipeline === undefined ? COMMON : [])];
  return { folder, args, stdin: tortured.input === 'stdin' ? list : '' };
}

async function undisturbedOutcome(tortured: TortureCase, folder: string, settings: TortureSettings): Promise<Outcome> {
  const place = await prepare(folder, tortured, settings);
  const args = place.args.filter((arg) => !CHECKPOINT.includes(arg));
  const { code, stderr } = await start({ ...place, args }).exit();
  assert.equal(code, 0, stderr);
  return await outcomeOf(folder, orderedOutput(tortured));
}

/**
 * Gives the number of runs that were ended by a signal. Fails where that is less than half of those wanted: a case that was
 * hardly killed has shown nothing. `requests`: those of an undisturbed run.
 */
async function killUntilComplete(place: Place, requests: number, settings: TortureSettings): Promise<number> {
  const { site } = settings;
  const before = site.requests;
  let kills = 0;
  for (;;) {
    const running = start(place);
    // As far apart as so many moments are on average that are chosen from all that is left.
    const left = Math.max(1, requests - (site.requests - before));
    const reach = Math.ceil((2 * left) / (settings.kills - kills + 1));
    const signal = kills < settings.kills ? await killAtRandom(running, reach, settings) : undefined;
    const exit = await running.exit();
    if (exit.code === 0) break;
    isEndedBy(exit, signal);
    kills += 1;
  }
  assert.ok(kills >= settings.kills / 2, `of ${settings.kills} kills ${kills} came before the end`);
  return kills;
}

/** Sends a signal at one of the next `reach` requests, or at a random time after the start, but no later than that; as the dice say. */
async function killAtRandom(running: LiveProcess, reach: number, { site, signals, random }: TortureSettings) {
  const signal = signals[random(signals.length)] ?? 'SIGKILL';
  const request = site.requests + 1 + random(reach);
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => (timer = setTimeout(resolve, random(START_MS))));
  const moments = [site.requested(request), running.exit(), ...(random(4) === 0 ? [timeUp] : [])];
  await Promise.race(moments);
  clearTimeout(timer);
  if (!running.hasExited) running.kill(signal);
  return signal;
}

const CODES: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143 };

/** A process that was interrupted before it began to listen for that has ended by the signal itself. */
function isEndedBy({ code, signal, stderr }: ProcessExit, sent: NodeJS.Signals | undefined): void {
  assert.ok(sent !== undefined, `it ended by itself with ${code} ${signal}: ${stderr}`);
  if (signal !== sent) assert.deepEqual({ code, signal, stderr }, { code: CODES[sent], signal: null, stderr });
}

async function changesNothingMore(place: Place, site: TortureSite): Promise<void> {
  const [requests, files] = [site.requests, await snapshotOf(place.folder)];
  const summary = await outcomeOf(place.folder, undefined);
  const { code, stderr } = await start(place).exit();
  assert.equal(code, 0, stderr);
  assert.match(stderr, /\nsluice: already complete\n$/);
  assert.equal(site.requests, requests, 'nothing is asked for again');
  assert.deepEqual(await snapshotOf(place.folder), files);
  assertSameOutcome(await outcomeOf(place.folder, undefined), summary);
}

function start({ folder, args, stdin }: Place): LiveProcess {
  const running = startSluice(args, { cwd: folder, timeoutMs: TIMEOUT_MS });
  running.end(stdin);
  return running;
}

function orderedOutput({ isOrdered, output }: TortureCase): string | undefined {
  return isOrdered === true ? output : undefined;
}
