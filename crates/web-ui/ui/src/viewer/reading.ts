/** Reads something, until what this answers is called; that it fails after that is nobody's business. */
export function reading<Found>(
  read: (signal: AbortSignal) => Promise<Found>,
  done: (found: Found) => void,
  failed: (error: unknown) => void,
): () => void {
  const aborter = new AbortController();
  read(aborter.signal).then(done, (error: unknown) => {
    if (!aborter.signal.aborted) failed(error);
  });
  return () => aborter.abort();
}
