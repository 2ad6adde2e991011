import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf, fetchText, startClient } from '../helpers/network/http-client.ts';
import { startSite } from '../helpers/network/site.ts';

const LINES = 30;
const PER_HOST = 2;

test('a host that answers 429 for ever is given up on: its lines fail with that, after few requests, and another is not held up', async (t) => {
  const site = await startSite({ '/': { status: 429, headers: { 'retry-after': '1' } } });
  t.after(site.close);
  const other = await startSite({ '/': 'page' }, { host: '127.0.0.2' });
  t.after(other.close);
  // Without end, but for the third answer in a row, for which one line at most has to wait.
  const client = startClient(t, { perHost: PER_HOST, retries: 100, maxRetryAfterMs: 5_000, maxOverloadMs: 1 });
  const failures = Promise.all(Array.from({ length: LINES }, () => failureOf(client, site.origin)));
  assert.equal((await fetchText(client, other.origin)).text, 'page');
  for (const { code, facts, message } of await failures) {
    assert.equal(code, 'http-status');
    assert.equal(facts.status, 429);
    assert.match(message, /: given up on, as it keeps answering 429 \(3 times in a row, for [23]s\); next try in 60s$/);
  }
  // The first two at once, then one at a time.
  assert.equal(site.requests.length, PER_HOST + 2);
  const attempts = (await failures).map(({ facts }) => facts.attempts ?? 0);
  assert.equal(
    attempts.reduce((sum, count) => sum + count, 0),
    site.requests.length,
    'what was never asked for has no attempts',
  );
  assert.equal((await failureOf(client, site.origin)).facts.attempts, 0);
  assert.equal(site.requests.length, PER_HOST + 2);
});

test('a line that is asked to wait longer than maxRetryAfter fails at once and says so, and its host is left alone for that', async (t) => {
  const site = await startSite({ '/busy': { status: 503, headers: { 'retry-after': '3600' } }, '/': 'page' });
  t.after(site.close);
  const maxRetryAfterMs = 300;
  const client = startClient(t, { perHost: 1, retries: 5, maxRetryAfterMs });
  const failure = failureOf(client, `${site.origin}/busy`);
  const page = fetchText(client, site.origin);
  const { message } = await failure;
  const failedAtMs = performance.now();
  assert.equal(
    message,
    `${site.origin}/busy: answered with status 503, to be asked again in 3600s, longer than maxRetryAfter (0.3s), for which its host is left alone`,
  );
  assert.equal(client.deferred, 1);
  assert.equal((await page).text, 'page');
  assert.ok(performance.now() - failedAtMs > maxRetryAfterMs / 2, 'nothing was left alone');
});

test('a status that is no overload holds back its own line only', async (t) => {
  const site = await startSite({ '/broken': { status: 500, headers: { 'retry-after': '3600' } }, '/': 'page' });
  t.after(site.close);
  const client = startClient(t, { perHost: 1, retries: 5 });
  const { message } = await failureOf(client, `${site.origin}/broken`);
  assert.match(message, /: answered with status 500, to be asked again in 3600s, longer than maxRetryAfter \(1s\)$/);
  assert.equal((await fetchText(client, site.origin)).text, 'page');
});
