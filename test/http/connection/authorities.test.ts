import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../../../src/core/errors.ts';
import { readAuthorities } from '../../../src/http/connection/authorities.ts';

const CERTIFICATE_PATH = fileURLToPath(new URL('../../fixtures/tls/localhost.crt', import.meta.url));
const certificate = readFileSync(CERTIFICATE_PATH, 'latin1').trim();

function fileWith(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'bundle.pem');
  writeFileSync(path, text);
  return path;
}

function problemOf(path: string): string {
  try {
    readAuthorities(path);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'none';
}

test('a bundle gives its certificates, whatever stands between them', (t) => {
  assert.deepEqual(readAuthorities(CERTIFICATE_PATH), [certificate]);
  const path = fileWith(t, `# First\r\n${certificate}\nand another one\n${certificate}\n`);
  assert.deepEqual(readAuthorities(path), [certificate, certificate]);
});

test('a file that is not there is a configuration error', () => {
  assert.match(problemOf('/nowhere/bundle.pem'), /^ca: \/nowhere\/bundle\.pem: can't be read \(ENOENT/);
});

test('a file without a certificate is a configuration error', (t) => {
  assert.match(problemOf(fileWith(t, 'not PEM')), /expected certificates in PEM, found none$/);
});

test('a broken certificate is a configuration error that tells which', (t) => {
  const broken = certificate.replace(/\n.{10}/, '\nAAAAAAAAAA');
  assert.match(problemOf(fileWith(t, `${certificate}\n${broken}\n`)), /certificate 2 of 2 is broken$/);
});
