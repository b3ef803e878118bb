-- What a settings write needs of its session it sets for itself, within its own transaction: through a pooler in transaction mode the
-- next statement may be of another session, and another's be in this one.

-- The first thing of a statement that writes settings: its commit is durable, it waits for no lock longer than 1.5 s, and it
-- ends within 2.5 s although its client has vanished in the middle, so that it never keeps a committer waiting for long.
create function settings_statement() returns boolean
  language sql volatile
  return set_config('synchronous_commit', 'on', true) is not null
    and set_config('lock_timeout', '1500', true) is not null
    and set_config('transaction_timeout', '2500', true) is not null;
