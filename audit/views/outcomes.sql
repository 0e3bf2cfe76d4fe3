-- columns: time:varchar, agent:varchar, action_id:varchar, ended_by:varchar, result:varchar, settled_micro_usd:bigint, settled_tokens:bigint, overrun:boolean, hold_stood:boolean, chain:varchar, seq:bigint, leaf_index:bigint, dt:varchar
-- How actions ended: reported by the agent, or cancelled. A hold that lapsed ends no action: see budgets.
SELECT
  time,
  agent,
  json_extract_scalar(data, '$.actionId') AS action_id,
  type AS ended_by,
  json_extract_scalar(data, '$.result') AS result,
  CAST(json_extract_scalar(data, '$.settledMicroUsd') AS bigint) AS settled_micro_usd,
  CAST(json_extract_scalar(data, '$.settledTokens') AS bigint) AS settled_tokens,
  json_extract_scalar(data, '$.overrun') = 'true' AS overrun,
  json_extract_scalar(data, '$.held') = 'true' AS hold_stood,
  chain,
  seq,
  leaf_index,
  dt
FROM events_in_log
WHERE type IN ('action.outcome', 'action.cancelled')
