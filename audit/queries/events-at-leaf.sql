-- Events at a leaf: which event does a leaf of the log hold, and which checkpoint covered it first?
-- params: leaf index
SELECT leaf_index, time, type, chain, seq, agent, id, json_extract_scalar(data, '$.actionId') AS action_id, checkpoint_size, checkpoint_root, checkpoint_time
FROM events_in_log
WHERE leaf_index = CAST(? AS bigint)
ORDER BY chain, seq
