import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import { concurrentTransform } from '../../../src/core/concurrent-transform.ts';
import type { UrlRecord } from '../../../src/core/record.ts';
import type { StageContext } from '../../../src/core/stage.ts';
import { fetchStep } from '../../../src/stages/steps/fetch.ts';
import { linksStep } from '../../../src/stages/steps/links.ts';
import { startHostileServer } from '../../helpers/network/hostile-server.ts';
import { RememberedDepartures, stageContext, urlRecord } from '../../helpers/pipelines/stages.ts';

/*
 * Bodies that break off and are fetched again: what the server has to say then may be something else than before.
 */

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n';
const IMAGE = 'HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 3\r\n\r\npng';
const MOVED = 'HTTP/1.1 302 Found\r\nLocation: /private/\r\nContent-Length: 0\r\n\r\n';
const ROBOTS = 'User-agent: *\nDisallow: /private/\n';

for (const [title, second, reason, code] of [
  ['what turns out to be no HTML is skipped, or failed where that is asked for', IMAGE, 'not-html', 'not-html'],
  [
    'what now leads to where robots.txt lets nobody go is skipped, or failed where that is asked for',
    MOVED,
    'robots',
    'robots',
  ],
] as const) {
  test(`a body that breaks off: ${title}`, async (t) => {
    const skipping = await fetchAndRead(t, second, {});
    assert.deepEqual(skipping.failures, []);
    assert.deepEqual(
      skipping.skips.map(({ skip }) => skip.reason),
      [reason],
    );
    if (reason === 'not-html') assert.equal(skipping.skips[0]?.skip.page?.attempts, 2);
    const failing = await fetchAndRead(t, second, { notHtml: 'fail', disallowed: 'fail' });
    assert.deepEqual(failing.skips, []);
    assert.deepEqual(
      failing.failures.map(({ error }) => error.code),
      [code],
    );
  });
}

test('a body that breaks off when the run is being stopped is let go of', async (t) => {
  const stop = new AbortController();
  const { abandons, failures, skips } = await fetchAndRead(t, IMAGE, {}, stop);
  assert.deepEqual([abandons.length, failures.length, skips.length], [1, 0, 0]);
});

/** Fetches a page whose body breaks off, after which the server answers `second`, and reads it. */
async function fetchAndRead(
  t: TestContext,
  second: string,
  options: Readonly<Record<string, unknown>>,
  stop?: AbortController,
): Promise<RememberedDepartures> {
  let asked = 0;
  const server = await startHostileServer((socket, { path }) => {
    if (path === '/robots.txt') {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${ROBOTS.length}\r\n\r\n${ROBOTS}`);
      return;
    }
    asked += 1;
    if (asked > 1) socket.write(second);
    else breakOff(socket, () => stop?.abort());
  });
  t.after(server.close);
  const departures = new RememberedDepartures();
  const controller = new AbortController();
  t.after(() => controller.abort());
  const context: StageContext = {
    ...stageContext('/'),
    signal: controller.signal,
    stopSignal: (stop ?? controller).signal,
  };
  const given = { allowPrivate: true, robots: true, ...options };
  const record: UrlRecord = { ...urlRecord(0), url: new URL(`${server.origin}/page`) };
  await pipeline(
    Readable.from([record]),
    concurrentTransform(fetchStep.create(fetchStep.options.parse(given), context), departures),
    concurrentTransform(linksStep.create(linksStep.options.parse({}), context), departures),
    new Writable({ objectMode: true, write: (_record, _encoding, done) => done(new Error('a page came')) }),
  );
  return departures;
}

/** A body that breaks off once its first bytes have been read. */
function breakOff(socket: Socket, before: () => void): void {
  socket.write(`${OK}Content-Length: 100\r\n\r\n<p>broken`, () => {
    setTimeout(() => {
      before();
      socket.resetAndDestroy();
    }, 50);
  });
}
