-- Decisions without outcome: which allowed actions were neither reported on nor cancelled, and has their hold lapsed?
SELECT
  a.time,
  a.agent,
  a.action_id,
  COUNT(b.action_id) > 0 AS hold_lapsed,
  a.leaf_index,
  ARRAY_AGG(b.leaf_index ORDER BY b.leaf_index) FILTER (WHERE b.action_id IS NOT NULL) AS lapsed_leaf_indexes
FROM (
  SELECT time, agent, action_id, leaf_index FROM decisions WHERE verdict = 'allow'
  UNION ALL
  SELECT time, agent, action_id, leaf_index FROM redemptions WHERE redeemed AND verdict = 'allow'
) a
LEFT JOIN outcomes o ON o.action_id = a.action_id
LEFT JOIN budgets b ON b.action_id = a.action_id AND b.movement = 'lapsed'
WHERE o.action_id IS NULL
GROUP BY a.time, a.agent, a.action_id, a.leaf_index
ORDER BY a.time, a.action_id
