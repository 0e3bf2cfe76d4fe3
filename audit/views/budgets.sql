-- columns: time:varchar, agent:varchar, action_id:varchar, movement:varchar, micro_usd:bigint, tokens:bigint, unit:varchar, budget_day:varchar, chain:varchar, seq:bigint, dt:varchar
-- Every movement of budget: reserved when an action was allowed, settled or released when it ended.
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
  dt
FROM events
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
  dt
FROM events
WHERE type = 'action.outcome'
UNION ALL
SELECT
  time,
  agent,
  json_extract_scalar(data, '$.actionId'),
  'released',
  CAST(json_extract_scalar(data, '$.microUsd') AS bigint),
  CAST(json_extract_scalar(data, '$.tokens') AS bigint),
  CAST(NULL AS varchar),
  CAST(NULL AS varchar),
  chain,
  seq,
  dt
FROM events
WHERE type = 'budget.released'
