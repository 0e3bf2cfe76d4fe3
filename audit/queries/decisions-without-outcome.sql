-- Decisions without outcome: which allowed actions were never reported on, cancelled, or released?
SELECT a.time, a.agent, a.action_id
FROM (
  SELECT time, agent, action_id FROM decisions WHERE verdict = 'allow'
  UNION ALL
  SELECT time, agent, action_id FROM redemptions WHERE redeemed AND verdict = 'allow'
) a
LEFT JOIN outcomes o ON o.action_id = a.action_id
WHERE o.action_id IS NULL
ORDER BY a.time, a.action_id
