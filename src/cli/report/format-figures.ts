const SIZE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A count with thousands separated: `1,234,567`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** A number of bytes in decimal units, three figures: `95.2 kB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), SIZE_UNITS.length - 1);
  const amount = bytes / 1000 ** power;
  return `${amount.toFixed(power === 0 || amount >= 100 ? 0 : 1)} ${SIZE_UNITS[power]}`;
}

/** A length of time as people say it: `0.4s`, `12s`, `3m 05s`, `2h 07m`. */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  if (seconds < 60) return `${Math.round(seconds)}s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3600)}h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`;
}

/** A count per second: `1,240/s`, below ten with a decimal. */
export function formatRate(count: number, ms: number): string {
  const rate = ms > 0 ? (count * 1000) / ms : 0;
  return `${rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate))}/s`;
}
