-- A capture, release or expiry acts on an earlier hold: the first two were accepted before its time was over, the last was
-- posted after that. Each names the hold's postings, with another amount only where there is one.
select a.ledger_id, a.id, a.kind, a.target, a.accepted_at, a.posted_at, h.expires_at, a.postings, t.postings as held
from transactions a
left join holds h on h.ledger_id = a.ledger_id and h.id = a.target
left join transactions t on t.ledger_id = h.ledger_id and t.id = h.id
where a.status = 'posted' and a.kind in ('capture', 'release', 'expiry') and (
  h.id is null
  or t.sequence > a.sequence
  or case a.kind when 'expiry' then a.posted_at < h.expires_at else a.accepted_at >= h.expires_at end
  or case jsonb_array_length(t.postings)
    when 1 then a.postings #- '{0,3}' <> t.postings #- '{0,3}'
    else a.postings <> t.postings
  end
)
