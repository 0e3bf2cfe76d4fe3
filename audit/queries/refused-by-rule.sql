-- Refused by rule: which rules refused actions, how often, and for how many agents?
SELECT r.rule, COUNT(*) AS refusals, COUNT(DISTINCT d.agent) AS agents, MIN(d.time) AS first_time, MAX(d.time) AS last_time, ARRAY_AGG(d.leaf_index ORDER BY d.leaf_index) AS leaf_indexes
FROM decisions d
CROSS JOIN UNNEST(d.rules) AS r (rule)
WHERE d.verdict = 'deny'
GROUP BY r.rule
ORDER BY refusals DESC, r.rule
