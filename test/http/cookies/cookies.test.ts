import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Cookies } from '../../../src/http/cookies/cookies.ts';
import { failureOf, fetchText, startClient } from '../../helpers/network/http-client.ts';
import { startSite } from '../../helpers/network/site.ts';

/** The Cookie field of a request to `url`, after `setters` have set theirs. */
function sent(cookies: Cookies, url: string, from = url): string {
  const fields = cookies.addTo([], new URL(url), new URL(from));
  assert.equal(fields[0] ?? 'cookie', 'cookie');
  return fields[1] ?? '';
}

function having(url: string, ...fields: readonly string[]): Cookies {
  const cookies = new Cookies();
  cookies.store(new URL(url), fields);
  return cookies;
}

describe('cookies go', () => {
  test('to the host that set them, or to all of its domain if it said so', () => {
    const cookies = having('https://www.a.test/', 'own=1', 'shared=2; Domain=a.test');
    assert.equal(sent(cookies, 'https://www.a.test/'), 'own=1; shared=2');
    assert.equal(sent(cookies, 'https://other.a.test/'), 'shared=2');
    assert.equal(sent(cookies, 'https://a.test.evil.test/'), '');
    assert.equal(sent(cookies, 'https://b.test/'), '');
  });

  test('to their path, and over TLS only if they say so', () => {
    const cookies = having('https://a.test/', 'deep=1; Path=/deep', 'safe=2; Secure; Path=/');
    assert.equal(sent(cookies, 'https://a.test/deep/x'), 'deep=1; safe=2');
    assert.equal(sent(cookies, 'http://a.test/deep/x'), 'deep=1');
    assert.equal(sent(cookies, 'https://a.test/deeper'), 'safe=2');
  });

  test('to no one once they have expired', () => {
    const cookies = having('https://a.test/', 'gone=1', 'gone=1; Max-Age=0');
    assert.equal(sent(cookies, 'https://a.test/'), '');
  });

  test('nowhere when they are for a public suffix or for a foreign domain', () => {
    const cookies = having('https://a.co.uk/', 'wide=1; Domain=co.uk', 'foreign=2; Domain=b.co.uk');
    assert.equal(sent(cookies, 'https://a.co.uk/'), '');
    assert.equal(sent(cookies, 'https://b.co.uk/'), '');
  });

  test('from another site only if they are not strict', () => {
    const cookies = having('https://a.test/', 'strict=1; SameSite=Strict', 'lax=2; SameSite=Lax');
    assert.equal(sent(cookies, 'https://a.test/', 'https://www.a.test/'), 'strict=1; lax=2');
    assert.equal(sent(cookies, 'https://a.test/', 'https://b.test/'), 'lax=2');
  });

  test('between the ports of an address', () => {
    const cookies = having('http://127.0.0.1:1/', 'a=1');
    assert.equal(sent(cookies, 'http://127.0.0.1:2/'), 'a=1');
    assert.equal(sent(cookies, 'http://127.0.0.2:1/'), '');
    assert.equal(sent(having('http://[::1]/', 'b=1'), 'http://[::1]/'), 'b=1');
  });
});

test("a Cookie field of the user's own is kept, and the array it came in stays as it was", () => {
  const cookies = having('https://a.test/', 'set=1');
  const fields = ['accept', 'cookie', 'cookie', 'own=0'];
  const url = new URL('https://a.test/');
  assert.deepEqual(cookies.addTo(fields, url, url), ['accept', 'cookie', 'cookie', 'own=0; set=1']);
  assert.deepEqual(fields, ['accept', 'cookie', 'cookie', 'own=0']);
  assert.equal(new Cookies().addTo(fields, url, url), fields);
});

test('storing tells whether anything has changed', () => {
  const cookies = new Cookies();
  const url = new URL('https://a.test/');
  assert.equal(cookies.store(url, undefined), false);
  assert.equal(cookies.store(url, 'no cookie'), false);
  assert.equal(cookies.store(url, 'a=1'), true);
  assert.equal(cookies.store(url, 'a=1'), false);
  assert.equal(cookies.store(url, ['a=1', 'a=2']), true);
});

describe('what is kept is bounded:', () => {
  test('a site has its 50 newest cookies, once it has set many more', () => {
    const cookies = new Cookies();
    const url = new URL('https://a.test/');
    for (let index = 0; index < 500; index += 1) cookies.store(url, `c${index}=1`);
    const names = sent(cookies, url.href).split('; ');
    assert.equal(names.length <= 51, true, `${names.length} cookies`);
    assert.equal(names.at(-1), 'c499=1');
    assert.equal(names.includes('c0=1'), false);
  });

  test('a cookie of more than 4 KB is not taken', () => {
    assert.equal(sent(having('https://a.test/', `big=${'x'.repeat(5_000)}`), 'https://a.test/'), '');
  });

  test('of 10,000 sites, those that were not used for longest are forgotten', () => {
    const cookies = having('https://first.test/', 'a=1');
    cookies.store(new URL('https://second.test/'), 'b=1');
    for (let index = 0; index < 9_998; index += 1) cookies.store(new URL(`https://s${index}.test/`), 'x=1');
    assert.equal(sent(cookies, 'https://first.test/'), 'a=1');
    cookies.store(new URL('https://last.test/'), 'x=1');
    assert.equal(cookies.siteCount, 10_000);
    assert.equal(sent(cookies, 'https://first.test/'), 'a=1');
    assert.equal(sent(cookies, 'https://second.test/'), '');
  });

  test('beyond 32 MB, too', () => {
    const cookies = new Cookies();
    const fields = Array.from({ length: 50 }, (_, index) => `c${index}=${'x'.repeat(4_000)}`);
    for (let index = 0; index < 200; index += 1) cookies.store(new URL(`https://s${index}.test/`), fields);
    assert.equal(cookies.siteCount < 170, true, `${cookies.siteCount} sites`);
  });
});

describe('with cookies on', () => {
  test('what a redirect sets is sent to where it leads, and to later lines', async (t) => {
    const site = await startSite({
      '/login': { status: 302, headers: { location: '/page', 'set-cookie': 'session=1; HttpOnly' } },
      '/page': 'page',
    });
    t.after(site.close);
    const client = startClient(t, { cookies: true });
    await fetchText(client, `${site.origin}/login`);
    await fetchText(client, `${site.origin}/page`);
    assert.deepEqual(
      site.requests.map(({ headers }) => headers.cookie),
      [undefined, 'session=1', 'session=1'],
    );
  });

  test('a page that first sets a cookie and leads back to itself is fetched', async (t) => {
    const site = await startSite({
      '/': (request, response) => {
        if (request.headers.cookie === 'seen=1') response.setHeader('content-type', 'text/html').end('page');
        else response.writeHead(302, { location: '/', 'set-cookie': 'seen=1' }).end();
      },
    });
    t.after(site.close);
    assert.equal((await fetchText(startClient(t, { cookies: true }), `${site.origin}/`)).text, 'page');
    assert.equal((await failureOf(startClient(t), `${site.origin}/`)).code, 'redirect-loop');
  });

  test('a page that always sets another one and leads back to itself ends', async (t) => {
    let count = 0;
    const site = await startSite({
      '/': (_request, response) => {
        count += 1;
        response.writeHead(302, { location: '/', 'set-cookie': `seen=${count}` }).end();
      },
    });
    t.after(site.close);
    const failure = await failureOf(startClient(t, { cookies: true }), `${site.origin}/`);
    assert.equal(failure.code, 'too-many-redirects');
  });

  test('a redirect to another host takes none along', async (t) => {
    const other = await startSite({ '/': 'page' }, { host: '127.0.0.2' });
    t.after(other.close);
    const site = await startSite({
      '/': { status: 302, headers: { location: `${other.origin}/`, 'set-cookie': 'session=1' } },
    });
    t.after(site.close);
    await fetchText(startClient(t, { cookies: true }), `${site.origin}/`);
    assert.equal(other.requests[0]?.headers.cookie, undefined);
  });
});

test('with cookies off, none are sent back', async (t) => {
  const site = await startSite({ '/': { headers: { 'set-cookie': 'a=1' }, body: 'page' } });
  t.after(site.close);
  const client = startClient(t);
  await fetchText(client, `${site.origin}/`);
  await fetchText(client, `${site.origin}/`);
  assert.equal(site.requests[1]?.headers.cookie, undefined);
});
