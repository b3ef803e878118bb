import { withClients } from '../bench/with-clients.ts';
import { ACCOUNTS } from '../books/create-commands.ts';
import { runWay, type Way } from '../ways/run-way.ts';
import { openClassic, type Sequencing } from './open-classic.ts';

const CONNECTIONS = 16;

/** The classic synchronous ledger: many connections, each committing one command after the other. */
export function commitByClassic(sequencing: Sequencing): Way['run'] {
  return async (deps, { url, ledgerId, commands }) =>
    await withClients(url, CONNECTIONS, async (clients) => {
      // The seed has a transaction for each account.
      const classic = openClassic(sequencing, ledgerId, ACCOUNTS + 1);
      const writers = clients.map((client) => () => {
        const [command] = commands.take(1);
        return command ? () => classic.commit(client, command) : null;
      });
      return await runWay(deps, 1, writers);
    });
}
