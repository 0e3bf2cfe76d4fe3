-- Envelope redemptions refused: which envelopes were presented and refused, and why?
SELECT time, agent, action_id, code, array_join(rules, ' ') AS rules, leaf_index
FROM redemptions
WHERE NOT redeemed
ORDER BY time, action_id
