-- The versions of a balance follow the sequences of its ledger, entries and held changes together, and an entry and a held
-- change with one version are of one transaction.
select * from (
  select ledger_id, balance_id, version, e.sequence as entry_sequence, h.sequence as held_sequence,
    lag(coalesce(e.sequence, h.sequence), 1, 0::bigint) over (partition by ledger_id, balance_id order by version) as before
  from entries e
  full join held_changes h using (ledger_id, balance_id, version)
) c
where entry_sequence <> held_sequence or coalesce(entry_sequence, held_sequence) < before
