-- Per ledger and asset the balances sum to zero.
select ledger_id, asset, sum(posted) as total
from balances
group by ledger_id, asset
having sum(posted) <> 0
