-- Which of a batch's transactions exist already, and those that it acts or depends on; as they are now.
-- $1 integer[] ledgers, $2 uuid[] ids, side by side
-- Returns ledger_id, id, version, kind, status, sequence, fingerprint (base64), accepted_at, posted_at, rejection.
select t.ledger_id, t.id, greatest(t.sequence, h.changed, r.changed) as version, t.kind, coalesce(h.status, t.status) as status,
  t.sequence, translate(encode(t.fingerprint, 'base64'), E'\n', '') as fingerprint,
  instant_text(t.accepted_at) as accepted_at, instant_text(t.posted_at) as posted_at, t.rejection
from unnest($1::integer[], $2::uuid[]) as k (ledger_id, id)
join transactions t on t.ledger_id = k.ledger_id and t.id = k.id
left join holds h on h.ledger_id = t.ledger_id and h.id = t.id
left join reverted r on r.ledger_id = t.ledger_id and r.id = t.id
