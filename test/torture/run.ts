/**
 * Kills Sluice again and again and looks whether what it leaves is what an undisturbed run leaves:
 * `npm run torture -- --kills 200 --seed 7 --lines 3000 --case ordered`.
 */
import { parseArgs } from 'node:util';
import { randomNumbers } from '../helpers/random.ts';
import { torture } from './torture.ts';
import { tortureCases } from './torture-cases.ts';
import { startTortureSite, tortureList } from './torture-site.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '120' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    lines: { type: 'string', default: '3000' },
    case: { type: 'string', default: '' },
  },
});
const cases = tortureCases.filter(({ name }) => name.includes(values.case));
const ways = [
  { signals: ['SIGKILL'], share: 3 },
  { signals: ['SIGINT', 'SIGTERM'], share: 1 },
] as const;
const print = (line: string) => process.stdout.write(`${line}\n`);

const site = await startTortureSite();
const random = randomNumbers(Number(values.seed));
const list = tortureList(site.origins, Number(values.lines));
print(`seed ${values.seed}, ${values.lines} lines, ${cases.length} cases`);
let total = 0;
try {
  for (const { signals, share } of ways) {
    for (const tortured of cases) {
      const kills = Math.ceil((Number(values.kills) * share) / (4 * cases.length));
      const report = await torture(tortured, { site, list, kills, signals, random });
      total += report.kills;
      const rounds = report.rounds > 1 ? ` in ${report.rounds} rounds` : '';
      const work = `${report.requests} requests in place of ${report.undisturbedRequests}`;
      print(
        `${tortured.name.padEnd(22)} ${signals.join(' ').padEnd(16)} ${String(report.kills).padStart(3)} kills${rounds}, ${work}`,
      );
    }
  }
  print(`${total} kills; nothing lost, nothing twice`);
} finally {
  await site.close();
}
