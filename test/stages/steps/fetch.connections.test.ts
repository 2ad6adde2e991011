import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ColumnScope } from '../../../src/core/columns/columns.ts';
import { ConfigError } from '../../../src/core/errors.ts';
import type { PageRecord } from '../../../src/core/record.ts';
import type { StageContext, Step } from '../../../src/core/stage.ts';
import { fetchStep } from '../../../src/stages/steps/fetch.ts';
import { startProxy } from '../../helpers/network/proxy.ts';
import { startSite } from '../../helpers/network/site.ts';
import { startTlsSite } from '../../helpers/network/tls-site.ts';

interface Setting {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly env?: StageContext['env'];
}

function startStep(t: TestContext, { options = {}, env = {} }: Setting): Step<'url', 'page'> {
  const controller = new AbortController();
  t.after(() => controller.abort());
  const context: StageContext = {
    signal: controller.signal,
    stopSignal: new AbortController().signal,
    resolvePath: (path) => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url)),
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    env,
    columns: new ColumnScope(),
  };
  return fetchStep.create(fetchStep.options.parse({ allowPrivate: true, retries: 0, ...options }), context);
}

/** The status of a URL's page, whose body is let go. */
async function fetchStatus(t: TestContext, url: string, setting: Setting): Promise<number> {
  const origin = { sequence: 0, input: 'urls.txt', line: 1, offset: 0 };
  const result = await startStep(t, setting).process({ kind: 'url', origin, sourceUrl: url, url: new URL(url) });
  assert.equal(result.kind, 'page');
  const { response, body } = result as PageRecord;
  body.release();
  return response.status;
}

describe('proxy', () => {
  test('leads there, and so do those of the environment', async (t) => {
    const site = await startSite({ '/': 'page' });
    t.after(site.close);
    const proxy = await startProxy();
    t.after(proxy.close);
    await fetchStatus(t, `${site.origin}/`, { options: { proxy: proxy.origin } });
    assert.equal(proxy.requests.length, 1);
    await fetchStatus(t, `${site.origin}/`, { env: { http_proxy: proxy.origin } });
    assert.equal(proxy.requests.length, 2);
  });

  test('is not asked where it is none, or where NO_PROXY names the host', async (t) => {
    const site = await startSite({ '/': 'page' });
    t.after(site.close);
    const proxy = await startProxy();
    t.after(proxy.close);
    await fetchStatus(t, `${site.origin}/`, { options: { proxy: 'none' }, env: { HTTP_PROXY: proxy.origin } });
    await fetchStatus(t, `${site.origin}/`, { env: { HTTP_PROXY: proxy.origin, NO_PROXY: '127.0.0.0/8' } });
    assert.equal(proxy.accepted, 0);
  });

  test('that is none that can be used is refused with the options', () => {
    const { error } = fetchStep.options.safeParse({ proxy: 'socks5://a.test' });
    assert.equal(
      error?.issues[0]?.message,
      'expected a proxy as http://host[:port] or https://host[:port] (user:password@ may stand before the host), or none',
    );
  });

  test('of the environment that can not be used is a configuration error that does not show it', (t) => {
    const attempt = () => startStep(t, { env: { HTTPS_PROXY: 'socks5://user:secret@a.test' } });
    assert.throws(attempt, (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /^HTTPS_PROXY: expected a proxy/);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
});

describe('ca', () => {
  test('is a file, by its path in the pipeline file, whose certificates are trusted', async (t) => {
    const site = await startTlsSite();
    t.after(site.close);
    assert.equal(await fetchStatus(t, `${site.origin}/`, { options: { ca: 'tls/localhost.crt' } }), 200);
    await assert.rejects(fetchStatus(t, `${site.origin}/`, {}), { code: 'tls' });
  });

  test('that is not there is a configuration error', (t) => {
    assert.throws(() => startStep(t, { options: { ca: 'tls/nowhere.crt' } }), ConfigError);
  });
});

test('more concurrency than there are file descriptors is a configuration error', (t) => {
  if (process.platform !== 'linux') return;
  const attempt = () => startStep(t, { options: { concurrency: 1_000_000_000 } });
  assert.throws(attempt, (error) => error instanceof ConfigError && /ulimit -n 1000000064/.test(error.message));
});
