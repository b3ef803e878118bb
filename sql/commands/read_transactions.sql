-- Which of a batch's transactions exist already.
-- $1 integer[] ledgers, $2 uuid[] ids, side by side
-- Returns ledger_id, id, kind, status, sequence, fingerprint (base64), accepted_at, posted_at, rejection.
select t.ledger_id, t.id, t.kind, t.status, t.sequence, translate(encode(t.fingerprint, 'base64'), E'\n', '') as fingerprint,
  instant_text(t.accepted_at) as accepted_at, instant_text(t.posted_at) as posted_at, t.rejection
from unnest($1::integer[], $2::uuid[]) as k (ledger_id, id)
join transactions t on t.ledger_id = k.ledger_id and t.id = k.id
