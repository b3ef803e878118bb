-- Stores both sides of every posting of a batch.
copy entries (ledger_id, balance_id, version, sequence, amount, balance_after)
from stdin
