import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownHosts } from '../../../src/http/scheduling/known-hosts.ts';

const settings = { perHost: 2, delayMs: 0, hostDownAfter: 2, maxOverloadMs: 60_000, hostDownCoolDownMs: 60_000 };

test('a host of which nothing has to be remembered is dropped at once', () => {
  const hosts = new KnownHosts<null>(settings);
  hosts.rest(hosts.get('fine.example'), 0);
  assert.equal(hosts.size, 0);
});

test('a resting host keeps its state for the URL that comes in time', () => {
  const hosts = new KnownHosts<null>(settings);
  fail(hosts, 'dead.example', 0);
  assert.equal(hosts.get('dead.example').failuresInRow, 1);
});

test('trouble with a host is forgotten five minutes after its last URL', () => {
  const hosts = new KnownHosts<null>(settings);
  fail(hosts, 'dead.example', 0);
  hosts.rest(hosts.get('fine.example'), 299_999);
  assert.equal(hosts.size, 1);
  hosts.rest(hosts.get('fine.example'), 300_000);
  assert.equal(hosts.size, 0);
});

test('a host that is down is remembered for its cool-down and five minutes more', () => {
  const hosts = new KnownHosts<null>({ ...settings, hostDownAfter: 1, hostDownCoolDownMs: 600_000 });
  fail(hosts, 'dead.example', 0);
  hosts.rest(hosts.get('fine.example'), 899_999);
  assert.equal(hosts.size, 1);
  hosts.rest(hosts.get('fine.example'), 900_000);
  assert.equal(hosts.size, 0);
});

test('a host that was woken is not forgotten', () => {
  const hosts = new KnownHosts<null>(settings);
  const host = fail(hosts, 'dead.example', 0);
  hosts.wake(host);
  hosts.rest(hosts.get('fine.example'), 1_000_000);
  assert.equal(hosts.get('dead.example'), host);
});

test('of 150,000 dead hosts the 100,000 that came last are remembered', () => {
  const hosts = new KnownHosts<null>(settings);
  for (let number = 0; number < 150_000; number += 1) fail(hosts, `dead-${number}.example`, number);
  assert.equal(hosts.size, 100_000);
  assert.equal(hosts.get('dead-50000.example').failuresInRow, 1);
  assert.equal(hosts.get('dead-49999.example').failuresInRow, 0);
});

function fail(hosts: KnownHosts<null>, name: string, nowMs: number) {
  const host = hosts.get(name);
  const start = host.start(nowMs);
  host.inFlight -= 1;
  host.unreachable(start, nowMs);
  hosts.rest(host, nowMs);
  return host;
}
