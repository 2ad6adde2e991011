import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { RecordError } from '../../../src/core/errors.ts';
import { AddressGuard } from '../../../src/http/addresses/address-guard.ts';
import { isTemporaryDnsFailure } from '../../../src/http/dns/dns-failure.ts';
import { parseHosts } from '../../../src/http/dns/hosts-file.ts';
import { NameResolver, type ResolverOptions } from '../../../src/http/dns/name-resolver.ts';
import { type DnsAnswer, type DnsServer, startDnsServer } from '../../helpers/network/dns-server.ts';

const PUBLIC_ONLY = new AddressGuard({ allowPrivate: false });
const EVERYTHING = new AddressGuard({ allowPrivate: true });

async function setUp(
  t: TestContext,
  names: Readonly<Record<string, DnsAnswer>>,
  options: Partial<ResolverOptions> = {},
  ttls: Readonly<Record<string, number>> = {},
): Promise<{ resolver: NameResolver; server: DnsServer }> {
  const server = await startDnsServer(names, ttls);
  t.after(server.close);
  const resolver = new NameResolver({ guard: PUBLIC_ONLY, servers: [server.address], hosts: new Map(), ...options });
  t.after(() => resolver.close());
  return { resolver, server };
}

function mapped<Value, Result>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

async function addressesOf(resolver: NameResolver, name: string): Promise<string[]> {
  return (await resolver.resolve(name)).map(({ address }) => address);
}

async function failureOf(resolver: NameResolver, name: string): Promise<RecordError> {
  const error: unknown = await Promise.resolve(resolver.resolve(name)).catch((reason: unknown) => reason);
  assert.ok(error instanceof RecordError, String(error));
  return error;
}

describe('a name', () => {
  test('resolves to its addresses, and is asked for once', async (t) => {
    const { resolver, server } = await setUp(t, { 'a.test': ['8.8.8.8', '8.8.4.4'] });
    assert.deepEqual(await addressesOf(resolver, 'a.test'), ['8.8.8.8', '8.8.4.4']);
    assert.deepEqual(await addressesOf(resolver, 'A.TEST'), ['8.8.8.8', '8.8.4.4']);
    assert.deepEqual(server.asked, ['a.test']);
  });

  test('that many want at once is asked for once', async (t) => {
    const { resolver, server } = await setUp(t, { 'a.test': ['8.8.8.8'] });
    await Promise.all(Array.from({ length: 50 }, () => resolver.resolve('a.test')));
    assert.deepEqual(server.asked, ['a.test']);
  });

  test('is asked for again when its record runs out, but not within half a minute or after more than an hour', async (t) => {
    let nowMs = 0;
    const names = { 'minute.test': '8.8.8.8', 'second.test': '8.8.8.8', 'week.test': '8.8.8.8' };
    const ttls = { 'minute.test': 60, 'second.test': 1, 'week.test': 604_800 };
    const { resolver, server } = await setUp(
      t,
      mapped(names, (address) => [address]),
      { now: () => nowMs },
      ttls,
    );
    const asked = async (timeMs: number) => {
      nowMs = timeMs;
      const before = server.asked.length;
      for (const name of Object.keys(names)) await resolver.resolve(name);
      return server.asked.slice(before);
    };
    assert.deepEqual(await asked(0), ['minute.test', 'second.test', 'week.test']);
    assert.deepEqual(await asked(29_999), []);
    assert.deepEqual(await asked(30_000), ['second.test']);
    assert.deepEqual(await asked(59_999), []);
    assert.deepEqual(await asked(60_000), ['minute.test', 'second.test']);
    assert.deepEqual(await asked(3_600_000), ['minute.test', 'second.test', 'week.test']);
  });

  test('that was resolved leads a socket there without another look-up, however late it connects', async (t) => {
    let nowMs = 0;
    const { resolver, server } = await setUp(t, { 'a.test': ['8.8.8.8'] }, { now: () => nowMs });
    await resolver.resolve('a.test');
    nowMs = 1e9;
    const address = await new Promise((resolve) => resolver.lookup('a.test', {}, (_, found) => resolve(found)));
    assert.equal(address, '8.8.8.8');
    assert.equal(server.asked.length, 1);
  });

  test('gives no promise where it is known', async (t) => {
    const { resolver } = await setUp(t, { 'a.test': ['8.8.8.8'] });
    assert.ok(resolver.resolve('a.test') instanceof Promise);
    await resolver.resolve('a.test');
    assert.deepEqual(resolver.resolve('a.test'), [{ address: '8.8.8.8', family: 4 }]);
  });

  test('of the hosts file, and localhost, is not asked for', async (t) => {
    const hosts = parseHosts('8.8.8.8 a.test');
    const { resolver, server } = await setUp(t, {}, { hosts, guard: EVERYTHING });
    assert.deepEqual(await addressesOf(resolver, 'a.test'), ['8.8.8.8']);
    assert.deepEqual(await addressesOf(resolver, 'x.localhost'), ['127.0.0.1', '::1']);
    assert.deepEqual(server.asked, []);
  });
});

describe('a name without an answer', () => {
  test('that does not exist fails for good, and is remembered for a minute', async (t) => {
    let nowMs = 0;
    const { resolver, server } = await setUp(t, {}, { now: () => nowMs });
    for (const time of [0, 59_999, 60_000]) {
      nowMs = time;
      const failure = await failureOf(resolver, 'no.test');
      assert.equal(failure.code, 'dns');
      assert.equal(isTemporaryDnsFailure(failure), false);
    }
    assert.equal(server.asked.length, 2);
  });

  test('because its server is in trouble is asked for again, three times in a row, and then given up on for a minute', async (t) => {
    let nowMs = 0;
    const { resolver, server } = await setUp(t, { 'a.test': 'SERVFAIL' }, { now: () => nowMs });
    for (const isTemporary of [true, true, false]) {
      const failure = await failureOf(resolver, 'a.test');
      assert.equal(failure.code, 'dns');
      assert.equal(isTemporaryDnsFailure(failure), isTemporary);
      nowMs += 5_000;
    }
    const asked = server.asked.length;
    await failureOf(resolver, 'a.test');
    assert.equal(server.asked.length, asked);
    nowMs += 60_000;
    await failureOf(resolver, 'a.test');
    assert.ok(server.asked.length > asked);
  });

  test('fails when its time is up, whatever the server does', async (t) => {
    const { resolver } = await setUp(t, { 'a.test': 'silence' }, { timeoutMs: 50 });
    const failure = await failureOf(resolver, 'a.test');
    assert.match(failure.message, /ETIMEOUT/);
    assert.equal(isTemporaryDnsFailure(failure), true);
  });

  test('does not hold up the others: a live name is resolved behind a thousand', async (t) => {
    const dead = Array.from({ length: 1_000 }, (_, index) => `dead${index}.test`);
    const names = Object.fromEntries(dead.map((name): [string, DnsAnswer] => [name, 'silence']));
    const { resolver } = await setUp(t, { ...names, 'live.test': ['8.8.8.8'] }, { timeoutMs: 60_000 });
    const waiting = dead.map((name) => failureOf(resolver, name));
    assert.deepEqual(await addressesOf(resolver, 'live.test'), ['8.8.8.8']);
    resolver.close();
    for (const { code } of await Promise.all(waiting)) assert.ok(code === 'cancelled' || code === 'dns');
  });
});

describe('the guard', () => {
  test('takes out addresses that are not public', async (t) => {
    const { resolver } = await setUp(t, { 'mixed.test': ['127.0.0.1', '8.8.8.8', '169.254.169.254'] });
    assert.deepEqual(await addressesOf(resolver, 'mixed.test'), ['8.8.8.8']);
  });

  test('refuses names that have no other, by DNS, by the hosts file, and localhost', async (t) => {
    const hosts = parseHosts('10.0.0.1 listed.test');
    const { resolver } = await setUp(t, { 'rebound.test': ['127.0.0.1'] }, { hosts });
    for (const name of ['rebound.test', 'listed.test', 'localhost', 'a.localhost.']) {
      assert.equal((await failureOf(resolver, name)).code, 'blocked-address', name);
    }
  });

  test('judges IPv6 addresses as well', async (t) => {
    const hosts = parseHosts('::1 six.test\n::1 mixed.test\n2606:4700::1111 mixed.test\n10.0.0.1 mixed.test');
    const { resolver } = await setUp(t, {}, { hosts });
    assert.equal((await failureOf(resolver, 'six.test')).code, 'blocked-address');
    assert.deepEqual(await addressesOf(resolver, 'mixed.test'), ['2606:4700::1111']);
  });

  test('refuses what is denied, and takes what is allowed', async (t) => {
    const guard = new AddressGuard({ allowPrivate: false, allowAddresses: ['10.0.0.0/8'], denyAddresses: ['8.8.8.8'] });
    const { resolver } = await setUp(t, { 'own.test': ['10.0.0.1'], 'denied.test': ['8.8.8.8'] }, { guard });
    assert.deepEqual(await addressesOf(resolver, 'own.test'), ['10.0.0.1']);
    const { code, message } = await failureOf(resolver, 'denied.test');
    assert.equal(code, 'blocked-address');
    assert.match(message, /--deny-addresses/);
  });

  test('lets them through where that is allowed', async (t) => {
    const { resolver } = await setUp(t, { 'own.test': ['10.0.0.1'] }, { guard: EVERYTHING });
    assert.deepEqual(await addressesOf(resolver, 'own.test'), ['10.0.0.1']);
  });
});

test('as a lookup function it gives one address or all, of the family that is wanted', async (t) => {
  const { resolver } = await setUp(t, { 'a.test': ['8.8.8.8', '8.8.4.4'] });
  const lookUp = (options: { all?: boolean; family?: number }) =>
    new Promise((resolve) => {
      resolver.lookup('a.test', options, (error, address, family) => resolve(error?.message ?? [address, family]));
    });
  assert.deepEqual(await lookUp({}), ['8.8.8.8', 4]);
  const all = ['8.8.8.8', '8.8.4.4'].map((address) => ({ address, family: 4 }));
  assert.deepEqual(await lookUp({ all: true }), [all, undefined]);
  assert.match(String(await lookUp({ family: 6 })), /could not be resolved/);
});

test('closed, it resolves nothing any more, and what waits ends', async (t) => {
  const { resolver } = await setUp(t, { 'a.test': 'silence' });
  const waiting = failureOf(resolver, 'a.test');
  resolver.close();
  assert.equal((await waiting).code, 'cancelled');
  assert.equal((await failureOf(resolver, 'b.test')).code, 'cancelled');
});
