import { readFileSync } from 'node:fs';

export type Count = { passed: number; failed: number; skipped: number };

export type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
};

/** What a finished step counts as. A Vitest that failed without a failed test (a crash, a leak) is one failure. */
export function countStep(exitCode: number, report?: VitestReport | null): Count {
  if (report === undefined) {
    return exitCode === 0 ? count(1, 0) : count(0, 1);
  }
  if (report === null) {
    return count(0, 1);
  }
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failed = report.numFailedTests + brokenFiles.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Adds counts up. */
export function sumCounts(counts: Count[]): Count {
  return counts.reduce(
    (sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** The last line of a test run. */
export function closingLine({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** A run is good when something ran and nothing failed. */
export function exitCodeOf({ passed, failed }: Count): number {
  return passed > 0 && failed === 0 ? 0 : 1;
}

/** Vitest's JSON report, or null when it left none. */
export function readReport(file: string): VitestReport | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function count(passed: number, failed: number): Count {
  return { passed, failed, skipped: 0 };
}
