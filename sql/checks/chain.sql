-- Each transaction's hash is SHA-256 over the hash before it and what the transaction is; the last is the ledger's head.
select ledger_id, sequence, 'link' as fault
from (
  select ledger_id, sequence, hash, sha256(
    lag(hash, 1, decode(repeat('00', 32), 'hex')) over (partition by ledger_id order by sequence)
      || uuid_send(id) || fingerprint
      || convert_to(sequence || '|' || kind || '|' || coalesce(rejection ->> 'code', '') || '|' || instant_text(posted_at), 'UTF8')
  ) as expected
  from transactions
) t
where hash <> expected
union all
select l.id, t.sequence, 'head'
from ledgers l
join transactions t on t.ledger_id = l.id and t.sequence = l.next_sequence - 1
where t.hash <> l.chain_hash
