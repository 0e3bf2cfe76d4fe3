-- Self-approval attempts: who tried to approve an action of an agent they own, or was not eligible, and when?
SELECT time, agent, action_id, step, person, code, leaf_index
FROM approvals
WHERE step IN ('approval.refused_self', 'approval.refused_ineligible')
ORDER BY time, action_id
