// Loaded into a measured process by `node --import`: at its end, writes what it has used to descriptor 3, as JSON.
import { readFileSync, writeSync } from 'node:fs';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(3, JSON.stringify({ cpuMicros: userCPUTime + systemCPUTime, peakRssBytes: peakRssBytes(maxRSS * 1024) }));
});

// The peak that getrusage(2) gives on Linux includes the parent's size at the time of the fork; VmHWM is of this program.
function peakRssBytes(fallback) {
  try {
    return Number(/^VmHWM:\s*(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024 || fallback;
  } catch {
    return fallback;
  }
}
