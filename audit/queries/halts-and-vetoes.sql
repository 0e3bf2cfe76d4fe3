-- Halts and vetoes: when was anything stopped, resumed or its risk level changed, by whom, and why?
SELECT time, change, agent, from_level, level, person, reason, code, stop_version, leaf_index
FROM controls
ORDER BY time, seq
