import assert from 'node:assert/strict';
import { lookup } from 'node:dns';
import { test } from 'node:test';
import type { Connection } from '../../../src/http/connection/connection.ts';
import { Connections } from '../../../src/http/connection/connections.ts';
import { startSite } from '../../helpers/network/site.ts';

/** Sends a request and waits for the end of its answer. */
function ask(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.dispatch(
      { path: '/', headers: [] },
      {
        onRequestStart: () => {},
        onResponseStart: () => {},
        onResponseData: () => {},
        onResponseEnd: () => resolve(),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}

test('a connection that was given back is taken again, and knows that it was used', async (t) => {
  const site = await startSite({ '/': 'page' });
  t.after(site.close);
  const connections = new Connections({ lookup, insecure: false, maxIdle: 2 });
  t.after(() => connections.close());
  const first = connections.take(site.origin);
  await ask(first);
  assert.equal(first.isReused, false);
  connections.giveBack(first);
  const second = connections.take(site.origin);
  assert.equal(second, first);
  await ask(second);
  assert.equal(second.isReused, true);
  connections.giveBack(second);
  assert.notEqual(connections.open(site.origin), first);
});

test('beyond the bound, the one that was given back first is closed', async (t) => {
  const site = await startSite({ '/': 'page' });
  t.after(site.close);
  const connections = new Connections({ lookup, insecure: false, maxIdle: 2 });
  t.after(() => connections.close());
  const taken = Array.from({ length: 3 }, () => connections.take(site.origin));
  for (const connection of taken) await ask(connection);
  for (const connection of taken) connections.giveBack(connection);
  assert.equal(connections.idleCount, 2);
  assert.deepEqual(
    taken.map(({ isClosed }) => isClosed),
    [true, false, false],
  );
});

test('a connection that its server closes while it is idle is forgotten', async (t) => {
  const site = await startSite({ '/': 'page' });
  const connections = new Connections({ lookup, insecure: false, maxIdle: 2 });
  t.after(() => connections.close());
  const connection = connections.take(site.origin);
  await ask(connection);
  connections.giveBack(connection);
  await site.close();
  while (connections.idleCount > 0) await new Promise(setImmediate);
  assert.equal(connection.isClosed, true);
});

test('after close, none is kept', async (t) => {
  const site = await startSite({ '/': 'page' });
  t.after(site.close);
  const connections = new Connections({ lookup, insecure: false, maxIdle: 2 });
  const [idle, used] = [connections.take(site.origin), connections.take(site.origin)];
  await Promise.all([ask(idle), ask(used)]);
  connections.giveBack(idle);
  connections.close();
  connections.giveBack(used);
  assert.equal(connections.idleCount, 0);
  assert.deepEqual([idle.isClosed, used.isClosed], [true, true]);
});
