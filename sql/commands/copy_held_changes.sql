-- Stores what a batch reserved and freed.
copy held_changes (ledger_id, balance_id, version, sequence, amount, held_after)
from stdin
