-- Activity of one agent: what did one agent do in a period, in order?
-- params: agent, first day (yyyy-mm-dd), last day (yyyy-mm-dd)
SELECT time, type, chain, seq, json_extract_scalar(data, '$.actionId') AS action_id, json_extract_scalar(data, '$.verdict') AS verdict, id, leaf_index
FROM events_in_log
WHERE agent = ? AND dt BETWEEN ? AND ?
ORDER BY time, chain, seq
