-- columns: time:varchar, change:varchar, agent:varchar, from_level:varchar, level:varchar, reason:varchar, person:varchar, code:varchar, stop_version:bigint, bundle_sequence:bigint, chain:varchar, seq:bigint, leaf_index:bigint, dt:varchar
-- Halts, vetoes, risk levels and activated policy bundles, with who and why, and the changes that were refused.
SELECT
  time,
  CASE
    WHEN type = 'control.change_refused' THEN json_extract_scalar(data, '$.change')
    ELSE type
  END AS change,
  agent,
  json_extract_scalar(data, '$.from') AS from_level,
  json_extract_scalar(data, '$.to') AS level,
  json_extract_scalar(data, '$.reason') AS reason,
  json_extract_scalar(data, '$.by') AS person,
  json_extract_scalar(data, '$.code') AS code,
  CAST(json_extract_scalar(data, '$.version') AS bigint) AS stop_version,
  CAST(json_extract_scalar(data, '$.sequence') AS bigint) AS bundle_sequence,
  chain,
  seq,
  leaf_index,
  dt
FROM events_in_log
WHERE type IN (
  'control.agent_halted',
  'control.agent_resumed',
  'control.veto_raised',
  'control.veto_cleared',
  'control.risk_level_set',
  'control.bundle_activated',
  'control.change_refused'
)
