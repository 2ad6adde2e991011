import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFolder, temporaryFolder } from '../helpers/files/samples.ts';
import { startSluice } from '../helpers/processes/cli.ts';
import type { LiveProcess, ProcessExit } from '../helpers/processes/process.ts';
import { randomMoment } from './moments.ts';
import { assertSameOutcome, type Outcome, outcomeOf, snapshotOf } from './outputs.ts';
import { CHECKPOINT_NAME, flagsOf, PIPELINE_FILE, STATE_FOLDER, type TortureCase } from './torture-cases.ts';
import { tortureInputs } from './torture-inputs.ts';
import type { TortureSite } from './torture-site.ts';

/** How hard a case is tried. */
export interface TortureSettings {
  readonly site: TortureSite;
  /** The list that is worked through. */
  readonly list: string;
  /** Kills after which a run is let through to its end. One that comes to its end before is begun anew, in another folder. */
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
  /** How often it was brought to its end. */
  readonly rounds: number;
  /** Requests that it took in all, and that as many undisturbed runs would have taken. */
  readonly requests: number;
  readonly undisturbedRequests: number;
}

const TIMEOUT_MS = 60_000;
/** On a busy machine a signal may come when all is done. A case that is not killed as often as wanted in so many rounds shows nothing. */
const MOST_ROUNDS = 25;

/**
 * Runs a case undisturbed, then again with a checkpoint, killed again and again at random moments until it ends; and all
 * that once more until there were as many kills as wanted.
 *
 * Fails unless each leaves the same as the first, unless the same command, given once more, changes nothing, and where the
 * kills don't come about.
 */
export async function torture(tortured: TortureCase, settings: TortureSettings): Promise<TortureReport> {
  const { site } = settings;
  const folder = await temporaryFolder();
  try {
    const before = site.requests;
    const expected = await undisturbedOutcome(tortured, join(folder, 'undisturbed'), settings);
    const undisturbedRequests = site.requests - before;
    let [kills, rounds] = [0, 0];
    for (; kills < settings.kills; rounds += 1) {
      assert.ok(rounds < MOST_ROUNDS, `in ${rounds} rounds, ${kills} of ${settings.kills} kills came before the end`);
      const place = await prepare(join(folder, `round-${rounds}`), tortured, settings);
      const ordeal = { place, tortured, kills: settings.kills - kills, requests: undisturbedRequests };
      kills += await killUntilComplete(ordeal, settings);
      assertSameOutcome(await outcomeOf(place.folder, orderedOutput(tortured)), expected);
      await changesNothingMore(place, site);
      await removeFolder(place.folder);
    }
    const requests = site.requests - before - undisturbedRequests;
    return { kills, rounds, requests, undisturbedRequests: rounds * undisturbedRequests };
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
const CHECKPOINT = ['--checkpoint', `${STATE_FOLDER}/${CHECKPOINT_NAME}`, '--checkpoint-interval', '50ms'];

async function prepare(folder: string, tortured: TortureCase, { list }: TortureSettings): Promise<Place> {
  await mkdir(join(folder, STATE_FOLDER), { recursive: true });
  for (const [name, content] of Object.entries(tortureInputs(list))) await writeFile(join(folder, name), content);
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

/** What is done to a place. */
interface Ordeal {
  readonly place: Place;
  readonly tortured: TortureCase;
  /** Kills at most. */
  readonly kills: number;
  /** Those of an undisturbed run. */
  readonly requests: number;
}

/** Gives the number of runs that were ended by a signal before one came to the end. */
async function killUntilComplete(ordeal: Ordeal, settings: TortureSettings): Promise<number> {
  const { place, tortured } = ordeal;
  const { site, random, signals } = settings;
  const input = await growingInput(place, tortured, ordeal.kills);
  let before = site.requests;
  let kills = 0;
  for (;;) {
    await input.grow();
    const isRestart = tortured.isRestarted === true && kills > 0 && random(3) === 0;
    if (isRestart) before = site.requests;
    const running = start(isRestart ? { ...place, args: [...place.args, '--restart'] } : place);
    const sent = kills < ordeal.kills ? (signals[random(signals.length)] ?? 'SIGKILL') : undefined;
    if (sent !== undefined) {
      const reach = reachOf(ordeal, site.requests - before, ordeal.kills - kills);
      await randomMoment(running, { site, folder: place.folder, reach, random });
      if (!running.hasExited) running.kill(sent);
    }
    const exit = await running.exit();
    if (exit.code !== 0) {
      isEndedBy(exit, sent);
      kills += 1;
    } else if (input.isWhole()) return kills;
  }
}

/**
 * As far apart as so many moments are on average that are chosen from all that is left; nearer where not all of it is there
 * yet. Undefined where nothing is asked for.
 */
function reachOf({ tortured, requests }: Ordeal, done: number, kills: number): number | undefined {
  if (requests === 0) return undefined;
  const left = Math.max(1, requests - done);
  return Math.ceil(((tortured.grows === undefined ? 2 : 0.5) * left) / (kills + 1));
}

/** Where an entry of the input ends: a line of a list, a row of a table. */
const ENTRY_END = /\n(?=(?:\d+,")?(?:http|no url))/g;

interface GrowingInput {
  grow(): Promise<void>;
  isWhole(): boolean;
}

/** The input of a case as it is there for the next run: of one that grows, one part more at each call of `grow`. */
async function growingInput({ folder }: Place, { grows }: TortureCase, kills: number): Promise<GrowingInput> {
  if (grows === undefined) return { grow: async () => {}, isWhole: () => true };
  const path = join(folder, grows);
  const text = await readFile(path, 'utf8');
  const ends = [...text.matchAll(ENTRY_END)].map(({ index }) => index + 1);
  const parts = kills + 1;
  let part = 0;
  return {
    grow: async () => {
      part += 1;
      const end = part < parts ? ends[Math.floor((ends.length * part) / parts)] : undefined;
      await writeFile(path, text.slice(0, end));
    },
    isWhole: () => part >= parts,
  };
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
