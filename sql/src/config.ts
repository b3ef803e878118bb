/** Where the database is that `migrate-main.ts` brings up to date; throws where that is not said. */
export function readDatabaseUrl(): string {
  const url = process.env['DATABASE_URL'];
  if (!url) throw new Error('DATABASE_URL is not set');
  return url;
}
