-- Shadow rules: what would rules that are only watched have done, how often, to how many agents, and against which verdicts?
SELECT
  json_extract_scalar(s.hit, '$.id') AS rule,
  json_extract_scalar(s.hit, '$.effect') AS effect,
  json_extract_scalar(e.data, '$.verdict') AS verdict,
  COUNT(*) AS decisions,
  COUNT(DISTINCT e.agent) AS agents,
  MIN(e.time) AS first_time,
  MAX(e.time) AS last_time,
  ARRAY_AGG(e.leaf_index ORDER BY e.leaf_index) AS leaf_indexes
FROM events_in_log e
CROSS JOIN UNNEST(CAST(json_extract(e.data, '$.shadow') AS array(json))) AS s (hit)
WHERE e.type IN ('action.decided', 'action.redeemed', 'action.redeem_refused')
GROUP BY 1, 2, 3
ORDER BY rule, effect, verdict
