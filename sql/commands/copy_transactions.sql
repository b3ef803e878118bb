-- Stores a batch's outcomes. Of what is null, effective_at is that of the posting.
copy transactions (ledger_id, sequence, id, accepted_at, posted_at, effective_at, kind, status, fingerprint, hash, postings,
  description, reference, metadata, rejection, target)
from stdin
