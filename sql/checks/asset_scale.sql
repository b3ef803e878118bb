-- Each asset code has one scale in its ledger, that of every balance of it, and has it only once one is used or limited.
select ledger_id, code, u.scale as used, a.scale
from (
  select distinct ledger_id, split_part(asset, '/', 1) as code, split_part(asset, '/', 2) as scale
  from balances
) u
full join assets a using (ledger_id, code)
where u.scale is distinct from a.scale
