/** Asked for each event of a cause: how many were not said since the last line for it, or null where to be silent now. */
export type LogThrottle = (cause: string) => number | null;

/** One line for each cause in so many ms, however often it comes. Causes are few: codes, not what somebody sent. */
export function throttleLog(periodMs: number, now = () => performance.now()): LogThrottle {
  const causes = new Map<string, { saidAt: number; unsaid: number }>();
  return (cause) => {
    const last = causes.get(cause);
    if (last && now() - last.saidAt < periodMs) {
      last.unsaid += 1;
      return null;
    }
    causes.set(cause, { saidAt: now(), unsaid: 0 });
    return last?.unsaid ?? 0;
  };
}
