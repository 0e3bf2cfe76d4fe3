-- columns: time:varchar, agent:varchar, action_id:varchar, redeemed:boolean, verdict:varchar, code:varchar, rules:array(varchar), envelopes:array(varchar), chain:varchar, seq:bigint, leaf_index:bigint, dt:varchar
-- Envelopes presented to act on an approval: taken and decided again, or refused with a code.
SELECT
  time,
  agent,
  json_extract_scalar(data, '$.actionId') AS action_id,
  type = 'action.redeemed' AS redeemed,
  json_extract_scalar(data, '$.verdict') AS verdict,
  json_extract_scalar(data, '$.code') AS code,
  CAST(json_extract(data, '$.rules') AS array(varchar)) AS rules,
  CAST(json_extract(data, '$.envelopes') AS array(varchar)) AS envelopes,
  chain,
  seq,
  leaf_index,
  dt
FROM events_in_log
WHERE type IN ('action.redeemed', 'action.redeem_refused')
