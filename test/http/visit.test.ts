import assert from 'node:assert/strict';
import { lookup } from 'node:dns';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { AddressGuard } from '../../src/http/addresses/address-guard.ts';
import { Destinations } from '../../src/http/addresses/destinations.ts';
import type { Connection } from '../../src/http/connection/connection.ts';
import { Connections } from '../../src/http/connection/connections.ts';
import { NameResolver } from '../../src/http/dns/name-resolver.ts';
import type { Exchange } from '../../src/http/exchange/exchange.ts';
import { Watch } from '../../src/http/exchange/watch.ts';
import { RequestHeaders } from '../../src/http/headers/request-headers.ts';
import { HostScheduler } from '../../src/http/host-scheduler.ts';
import { Visit } from '../../src/http/visit.ts';
import { type HostileServer, startHostileServer } from '../helpers/network/hostile-server.ts';
import { testClientOptions } from '../helpers/network/http-client.ts';

/** Connects to one server whatever the origin: a public one, as far as the visit can tell. */
class Detour extends Connections {
  readonly #origin: string;

  constructor(origin: string) {
    super({ lookup, insecure: false, maxIdle: 0 });
    this.#origin = origin;
  }

  override take(): Connection {
    return super.take(this.#origin);
  }
}

function publicVisit(t: TestContext, server: HostileServer): Visit {
  const controller = new AbortController();
  t.after(() => controller.abort());
  const scheduler = new HostScheduler(testClientOptions);
  const exchange = {
    ...testClientOptions,
    connections: new Detour(server.origin),
    watch: new Watch<Exchange>(1_000),
    report: () => ({ kind: 'answered' }) as const,
  };
  const headers = new RequestHeaders(testClientOptions);
  const guard = new AddressGuard({ allowPrivate: false });
  const resolver = new NameResolver({ guard });
  t.after(() => resolver.close());
  const destinations = new Destinations({ guard, resolver });
  const context = {
    ...testClientOptions,
    destinations,
    cookies: undefined,
    types: ['html'] as const,
    clock: systemClock,
    turns: scheduler,
    exchange,
    headers,
    signal: controller.signal,
  };
  return new Visit(context, new URL('http://8.8.8.8/'));
}

for (const location of ['http://127.0.0.1/', 'http://localhost/', 'http://[::ffff:a9fe:a9fe]/', '//2130706433/']) {
  test(`a redirect of a public server to ${location} is not followed`, async (t) => {
    const server = await startHostileServer((socket) => {
      socket.write(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);
    });
    t.after(server.close);
    await assert.rejects(publicVisit(t, server).open(), { code: 'blocked-address' });
    assert.equal(server.requests.length, 1);
  });
}
