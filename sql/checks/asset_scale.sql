-- Each asset code has one scale in its ledger, that of every balance of it that was ever used, and has it only once used.
select ledger_id, code, u.scale as used, a.scale
from (
  select distinct ledger_id, split_part(asset, '/', 1) as code, split_part(asset, '/', 2) as scale
  from balances
  where version > 0
) u
full join assets a using (ledger_id, code)
where u.scale is distinct from a.scale
