-- Events by framework reference: which risks and controls of the framework does the ledger hold evidence for, and how much?
SELECT f.framework_ref, e.type, COUNT(*) AS events, MIN(e.time) AS first_time, MAX(e.time) AS last_time, ARRAY_AGG(e.leaf_index ORDER BY e.leaf_index) AS leaf_indexes
FROM events_in_log e
CROSS JOIN UNNEST(e.frameworkrefs) AS f (framework_ref)
GROUP BY f.framework_ref, e.type
ORDER BY f.framework_ref, e.type
