import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../../core/errors.ts';

const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]*-----END (?:TRUSTED )?CERTIFICATE-----/g;

/**
 * Reads a file of certificates in PEM (RFC 7468, 5), as `ca` takes it. What stands between them is passed over.
 *
 * Errors: ConfigError where it can't be read, holds no certificate, or one that is broken.
 */
export function readAuthorities(path: string): readonly string[] {
  const certificates = readText(path).match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw new ConfigError(`ca: ${path}: expected certificates in PEM, found none`);
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw new ConfigError(`ca: ${path}: certificate ${index + 1} of ${certificates.length} is broken`, { cause });
    }
  }
  return certificates;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (cause) {
    throw new ConfigError(`ca: ${path}: can't be read (${cause instanceof Error ? cause.message : cause})`, { cause });
  }
}
