-- Verdicts by day: how many actions were allowed, denied or sent for approval on each UTC day?
SELECT dt, verdict, tier, COUNT(*) AS decisions, COUNT(DISTINCT agent) AS agents, ARRAY_AGG(leaf_index ORDER BY leaf_index) AS leaf_indexes
FROM decisions
GROUP BY dt, verdict, tier
ORDER BY dt, verdict, tier
