-- The transactions that a batch acts on, with what was made of them so far.
-- $1 integer[] ledgers, $2 uuid[] ids, side by side
-- Returns ledger_id, id, kind, effective_at, postings, hold_status (null: no hold), expires_at, hold_amount, captured, is_reverted,
-- reverted_amount.
select t.ledger_id, t.id, t.kind, instant_text(coalesce(t.effective_at, t.posted_at)) as effective_at, t.postings,
  h.status as hold_status, instant_text(h.expires_at) as expires_at, h.amount as hold_amount, h.captured, r.id is not null as is_reverted, r.amount as reverted_amount
from unnest($1::integer[], $2::uuid[]) as k (ledger_id, id)
join transactions t on t.ledger_id = k.ledger_id and t.id = k.id
left join holds h on h.ledger_id = t.ledger_id and h.id = t.id
left join reverted r on r.ledger_id = t.ledger_id and r.id = t.id
