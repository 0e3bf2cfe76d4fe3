-- columns: time:varchar, agent:varchar, action_id:varchar, action_type:varchar, tier:bigint, resource:varchar, session:varchar, verdict:varchar, rules:array(varchar), amount_micro_usd:bigint, bundle_hash:varchar, context_hash:varchar, chain:varchar, seq:bigint, leaf_index:bigint, dt:varchar
-- What the gate answered when an agent first asked.
SELECT
  time,
  agent,
  json_extract_scalar(data, '$.actionId') AS action_id,
  json_extract_scalar(data, '$.actionType') AS action_type,
  CAST(json_extract_scalar(data, '$.tier') AS bigint) AS tier,
  json_extract_scalar(data, '$.resource') AS resource,
  json_extract_scalar(data, '$.session') AS session,
  json_extract_scalar(data, '$.verdict') AS verdict,
  CAST(json_extract(data, '$.rules') AS array(varchar)) AS rules,
  CAST(json_extract_scalar(data, '$.amountMicroUsd') AS bigint) AS amount_micro_usd,
  json_extract_scalar(data, '$.bundleHash') AS bundle_hash,
  json_extract_scalar(data, '$.contextHash') AS context_hash,
  chain,
  seq,
  leaf_index,
  dt
FROM events_in_log
WHERE type = 'action.decided'
