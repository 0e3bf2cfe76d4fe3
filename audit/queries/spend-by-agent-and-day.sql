-- Spend by agent and day: what did each agent reserve, settle and give back on each UTC day, in micro-USD and tokens?
SELECT
  dt,
  agent,
  SUM(CASE WHEN movement = 'reserved' THEN micro_usd ELSE 0 END) AS reserved_micro_usd,
  SUM(CASE WHEN movement = 'settled' THEN micro_usd ELSE 0 END) AS settled_micro_usd,
  SUM(CASE WHEN movement = 'released' THEN micro_usd ELSE 0 END) AS released_micro_usd,
  SUM(CASE WHEN movement = 'reserved' THEN tokens ELSE 0 END) AS reserved_tokens,
  SUM(CASE WHEN movement = 'settled' THEN tokens ELSE 0 END) AS settled_tokens
FROM budgets
GROUP BY dt, agent
ORDER BY dt, agent
