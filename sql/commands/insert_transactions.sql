-- Stores a batch's outcomes.
-- $1 integer[] ledgers, $2 bigint[] sequences, $3 uuid[] ids, $4 timestamptz[] accepted, $5 timestamptz[] posted,
-- $6 timestamptz[] effective (null: as posted), $7 text[] kinds, $8 text[] statuses, $9 text[] fingerprints (base64),
-- $10 text[] hashes (base64), $11 jsonb[] postings, $12 text[] descriptions, $13 text[] references, $14 jsonb[] metadata,
-- $15 jsonb[] rejections, $16 uuid[] targets
insert into transactions (ledger_id, sequence, id, accepted_at, posted_at, effective_at, kind, status, fingerprint, hash,
  postings, description, reference, metadata, rejection, target)
select k.ledger_id, k.sequence, k.id, k.accepted_at, k.posted_at, k.effective_at, k.kind, k.status,
  decode(k.fingerprint, 'base64'), decode(k.hash, 'base64'), k.postings, k.description, k.reference, k.metadata, k.rejection,
  k.target
from unnest($1::integer[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::text[],
  $8::text[], $9::text[], $10::text[], $11::jsonb[], $12::text[], $13::text[], $14::jsonb[], $15::jsonb[], $16::uuid[])
  as k (ledger_id, sequence, id, accepted_at, posted_at, effective_at, kind, status, fingerprint, hash, postings,
    description, reference, metadata, rejection, target)
