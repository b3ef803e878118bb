-- Which of a batch's transactions exist already, and which of those that it acts or depends on. Most often none: so this asks
-- for nothing more, and read_transactions, which takes longer to plan than to run, need not be asked. The ids of a ledger are
-- looked up together, in their order: neighbours are found on the same page of the index.
-- $1 integer[] ledgers, $2 integer[] first and $3 integer[] last places of each one's ids, $4 uuid[] ids
-- Returns ledger_id, id.
select t.ledger_id, t.id
from unnest($1::integer[], $2::integer[], $3::integer[]) as k (ledger_id, first, last)
join transactions t on t.ledger_id = k.ledger_id and t.id = any (($4::uuid[])[k.first:k.last])
