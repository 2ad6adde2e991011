import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { randomNumbers } from '../helpers/random.ts';
import { torture } from './torture.ts';
import { tortureCases } from './torture-cases.ts';
import { startTortureSite, type TortureSite, tortureList } from './torture-site.ts';

const LINES = 300;
const KILLS = 2;
/** Cases that have something of each kind between them; `npm run torture` has all. */
const QUICK = [
  'gz input, skip',
  'standard input',
  'two inputs, ordered',
  'several, restarted',
  'several, workers, ordered',
  'csv, growing',
  'archive',
];
const seed = Date.now() % 1_000_000;

let site: TortureSite;
before(async () => {
  site = await startTortureSite();
});
after(() => site?.close());

for (const [index, tortured] of tortureCases.filter(({ name }) => QUICK.includes(name)).entries()) {
  test(`killed at any moment and run again, it leaves what an undisturbed run leaves: ${tortured.name} (seed ${seed})`, async () => {
    const list = tortureList(site.origins, LINES);
    const random = randomNumbers(seed + index);
    const { kills } = await torture(tortured, { site, list, kills: KILLS, signals: ['SIGKILL'], random });
    assert.equal(kills, KILLS);
  });
}

test(`interrupted at any moment and run again, nothing is lost and nothing asked for twice (seed ${seed})`, async () => {
  const usual = tortureCases.find(({ name }) => name === 'failures and pages') ?? assert.fail();
  // What has been read is finished: the whole of a short list, were it not for this.
  const tortured = { ...usual, flags: [...usual.flags, '--window', '64'] };
  const settings = { site, list: tortureList(site.origins, LINES), kills: KILLS, random: randomNumbers(seed) };
  const report = await torture(tortured, { ...settings, signals: ['SIGINT', 'SIGTERM'] });
  assert.equal(report.kills, KILLS);
  assert.equal(report.requests, report.undisturbedRequests);
});
