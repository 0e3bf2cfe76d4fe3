-- columns: time:varchar, agent:varchar, action_id:varchar, movement:varchar, micro_usd:bigint, tokens:bigint, unit:varchar, budget_day:varchar, chain:varchar, seq:bigint, leaf_index:bigint, dt:varchar
-- Every movement of budget: reserved when an action was allowed, settled when it was reported on, lapsed when it was
-- not. A hold that lapsed in the course of another decision names no amount: it is the reserved one.
SELECT
  time,
  agent,
  json_extract_scalar(data, '$.actionId') AS action_id,
  'reserved' AS movement,
  CAST(json_extract_scalar(data, '$.budget.microUsd') AS bigint) AS micro_usd,
  CAST(json_extract_scalar(data, '$.budget.tokens') AS bigint) AS tokens,
  json_extract_scalar(data, '$.budget.unit') AS unit,
  json_extract_scalar(data, '$.budget.day') AS budget_day,
  chain,
  seq,
  leaf_index,
  dt
FROM events_in_log
WHERE type IN ('action.decided', 'action.redeemed') AND json_extract_scalar(data, '$.budget.microUsd') IS NOT NULL
UNION ALL
SELECT
  time,
  agent,
  json_extract_scalar(data, '$.actionId'),
  'settled',
  CAST(json_extract_scalar(data, '$.settledMicroUsd') AS bigint),
  CAST(json_extract_scalar(data, '$.settledTokens') AS bigint),
  CAST(NULL AS varchar),
  CAST(NULL AS varchar),
  chain,
  seq,
  leaf_index,
  dt
FROM events_in_log
WHERE type = 'action.outcome'
UNION ALL
SELECT
  e.time,
  e.agent,
  json_extract_scalar(a.action, '$.actionId'),
  'lapsed',
  CAST(json_extract_scalar(a.action, '$.microUsd') AS bigint),
  CAST(json_extract_scalar(a.action, '$.tokens') AS bigint),
  CAST(NULL AS varchar),
  CAST(NULL AS varchar),
  e.chain,
  e.seq,
  e.leaf_index,
  e.dt
FROM events_in_log e
CROSS JOIN UNNEST(CAST(json_extract(e.data, '$.actions') AS array(json))) AS a (action)
WHERE e.type = 'budget.released'
UNION ALL
SELECT
  e.time,
  e.agent,
  a.action_id,
  'lapsed',
  CAST(NULL AS bigint),
  CAST(NULL AS bigint),
  CAST(NULL AS varchar),
  CAST(NULL AS varchar),
  e.chain,
  e.seq,
  e.leaf_index,
  e.dt
FROM events_in_log e
CROSS JOIN UNNEST(CAST(json_extract(e.data, '$.released') AS array(varchar))) AS a (action_id)
WHERE e.type IN ('action.decided', 'action.redeemed')
