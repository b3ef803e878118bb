/** Asks a health URL; true when it answers 2xx within `timeoutMs`. */
export async function probe(url: string, timeoutMs = 1000): Promise<boolean> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(timeoutMs),
      // A connection kept from before a restart would fail the first probe of the new process.
      headers: { connection: 'close' },
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
