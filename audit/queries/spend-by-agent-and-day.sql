-- Spend by agent and day: what did each agent reserve and settle on each UTC day, in micro-USD and tokens, and how many holds lapsed?
SELECT
  dt,
  agent,
  SUM(CASE WHEN movement = 'reserved' THEN micro_usd ELSE 0 END) AS reserved_micro_usd,
  SUM(CASE WHEN movement = 'settled' THEN micro_usd ELSE 0 END) AS settled_micro_usd,
  SUM(CASE WHEN movement = 'reserved' THEN tokens ELSE 0 END) AS reserved_tokens,
  SUM(CASE WHEN movement = 'settled' THEN tokens ELSE 0 END) AS settled_tokens,
  COUNT(DISTINCT CASE WHEN movement = 'lapsed' THEN action_id END) AS lapsed_holds,
  ARRAY_AGG(leaf_index ORDER BY leaf_index) FILTER (WHERE movement = 'reserved') AS reserved_leaf_indexes,
  ARRAY_AGG(leaf_index ORDER BY leaf_index) FILTER (WHERE movement = 'settled') AS settled_leaf_indexes,
  ARRAY_AGG(leaf_index ORDER BY leaf_index) FILTER (WHERE movement = 'lapsed') AS lapsed_leaf_indexes
FROM budgets
GROUP BY dt, agent
ORDER BY dt, agent
