-- columns: time:varchar, agent:varchar, step:varchar, action_id:varchar, slot:bigint, decision:varchar, person:varchar, manager:boolean, reason_digest:varchar, code:varchar, outcome:varchar, approvals:bigint, managers:bigint, expires_at:varchar, chain:varchar, seq:bigint, leaf_index:bigint, dt:varchar
-- Every step of every approval. People appear as pseudonyms, their reasons as digests.
SELECT
  time,
  agent,
  type AS step,
  json_extract_scalar(data, '$.actionId') AS action_id,
  CAST(json_extract_scalar(data, '$.slot') AS bigint) AS slot,
  json_extract_scalar(data, '$.decision') AS decision,
  COALESCE(
    json_extract_scalar(data, '$.approver'),
    json_extract_scalar(data, '$.person'),
    json_extract_scalar(data, '$.by')
  ) AS person,
  json_extract_scalar(data, '$.manager') = 'true' AS manager,
  json_extract_scalar(data, '$.reasonDigest') AS reason_digest,
  json_extract_scalar(data, '$.problem') AS code,
  json_extract_scalar(data, '$.outcome') AS outcome,
  CAST(json_extract_scalar(data, '$.approvals') AS bigint) AS approvals,
  CAST(json_extract_scalar(data, '$.managers') AS bigint) AS managers,
  json_extract_scalar(data, '$.expiresAt') AS expires_at,
  chain,
  seq,
  leaf_index,
  dt
FROM events_in_log
WHERE type IN (
  'approval.requested',
  'approval.decided',
  'approval.refused_self',
  'approval.refused_ineligible',
  'approval.sealed',
  'approval.closed'
)
